package io.github.replicationrouting.integration.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Statements that reach the members of a group. The monitor probes rarely, so that what a session has written stays
 * new: sessions cost the most that they can.
 */
@OnStacks({Stack.GALERA, Stack.GALERA_WITH_CONNECTOR_J, Stack.GROUP_REPLICATION})
class GroupStatementCountIT {

    private static final String SELECT = "SELECT COUNT(*) FROM counted WHERE id = 1";

    /** A row of its own: two masters that change the same one conflict. */
    private static final String INSERT = "INSERT INTO counted (name) VALUES (1)";

    /** Statements of a write and a read of one session, with every wait that they may need. */
    private static final double MAX = 9.00;

    private final Stack stack;
    private final ReplicatedCluster cluster;
    private final StatementCounter statements;

    GroupStatementCountIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.cluster = applications.cluster(stack);
        this.statements = new StatementCounter(cluster, stack, 10, 20);
    }

    @BeforeEach
    void createTable() {
        cluster.heal();
        cluster.primary()
                .execute(List.of(
                        "DROP TABLE IF EXISTS " + cluster.database() + ".counted",
                        "CREATE TABLE " + cluster.database()
                                + ".counted (id INT AUTO_INCREMENT PRIMARY KEY, name INT NOT NULL)"));
        cluster.awaitReplicated();
    }

    @ParameterizedTest
    @EnumSource(
            value = WritePolicy.class,
            names = {"SINGLE", "ROUND_ROBIN", "AFFINITY"})
    void whenNoSessionHasToSeeMoreShouldTakeAsManyAsOnAPrimary(WritePolicy policy) {
        try (TestRouting routing = TestRouting.overGroup(cluster, stack.driver(), policy, ConsistencyMode.EVENTUAL)) {
            routing.awaitWritable();
            assertThat(statements.each(policy + ", read-only transaction", () -> read(routing)))
                    .isEqualTo(2.00);
            assertThat(statements.each(policy + ", write transaction", () -> write(routing)))
                    .isEqualTo(2.00);
            assertThat(statements.each(policy + ", auto-commit statement", () -> routing.jdbc()
                            .update(INSERT)))
                    .isEqualTo(1.00);
            assertThat(statements.each(policy + ", empty transaction", () -> {
                        routing.readOnly().execute(status -> status.isNewTransaction());
                        routing.readWrite().execute(status -> status.isNewTransaction());
                    }))
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WritePolicy.class,
            names = {"SINGLE", "ROUND_ROBIN", "AFFINITY"})
    void whenASessionReadsRightAfterItsWriteShouldTakeFewMore(WritePolicy policy) {
        try (TestRouting routing = TestRouting.overGroup(cluster, stack.driver(), policy, ConsistencyMode.SESSION)) {
            routing.awaitWritable();
            double pair = statements.each(policy + ", write and read of one session", () -> {
                SessionToken.clear();
                write(routing);
                read(routing);
            });
            double writes = statements.each(policy + ", two writes of one session", () -> {
                SessionToken.clear();
                write(routing);
                write(routing);
            });

            assertThat(pair).isBetween(4.00, MAX);
            assertThat(writes).isBetween(4.00, MAX);
            if (policy != WritePolicy.ROUND_ROBIN) {
                assertThat(writes).as("writes on one node").isEqualTo(4.00);
            }
        }
    }

    private static void read(TestRouting routing) {
        routing.readOnly().executeWithoutResult(status -> routing.jdbc().queryForObject(SELECT, String.class));
    }

    private static void write(TestRouting routing) {
        RoutingHints.withAffinity(
                1, () -> routing.readWrite().execute(status -> routing.jdbc().update(INSERT)));
    }
}
