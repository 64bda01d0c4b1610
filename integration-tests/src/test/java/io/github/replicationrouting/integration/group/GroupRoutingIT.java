package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads and writes of a group without faults, and one planned change of each member. */
@OnStacks({Stack.GALERA, Stack.GALERA_WITH_CONNECTOR_J, Stack.GROUP_REPLICATION, Stack.GROUP_REPLICATION_SINGLE_PRIMARY
})
class GroupRoutingIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Stack stack;
    private final TestApplication app;

    GroupRoutingIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.app = applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.consistency.mode=session",
                "replication.routing.consistency.carrier=none");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        SessionToken.clear();
    }

    @Test
    void whenAllMembersAreFitShouldWriteToOneAndReadFromTheOthers() {
        String writer = Objects.requireNonNull(app.knownPrimary());

        for (int i = 0; i < 20; i++) {
            assertThat(app.transactions().write(app::node)).isEqualTo(writer);
        }
        Set<String> readers = new HashSet<>();
        for (int i = 0; i < 200 && readers.size() < 2; i++) {
            SessionToken.clear();
            readers.add(app.transactions().readOnly(app::node));
        }
        assertThat(readers).hasSize(2).doesNotContain(writer);
    }

    @Test
    void whenAllMembersAreFitShouldShowTheirGroup() {
        TopologySnapshot snapshot = app.bean(ReplicationRouting.class).snapshot();

        assertThat(Objects.requireNonNull(snapshot.group()).members()).isEqualTo(3);
        for (NodeStatus node : snapshot.nodes()) {
            assertThat(node.state()).as(node.toString()).isEqualTo(NodeState.ONLINE);
            assertThat(Objects.requireNonNull(node.member()).view()).isNotNull();
            boolean writable = stack.isMultiPrimary() || node.equals(snapshot.primary());
            assertThat(node.role()).isEqualTo(writable ? Role.PRIMARY : Role.REPLICA);
        }
    }

    @Test
    void whenASessionHasWrittenShouldReadItFromAnyMember() {
        for (int i = 0; i < 200; i++) {
            String name = stack + " " + i;
            app.transactions().write(() -> {
                app.insertAuthor(name);
                return null;
            });
            assertThat(app.transactions().readOnly(() -> app.countAuthors(name)))
                    .as(name)
                    .isEqualTo(1);
        }
    }

    @Test
    void whenTheWriterIsDrainedOrDemotedShouldWriteToAnother() {
        String writer = Objects.requireNonNull(app.knownPrimary());
        if (stack.isMultiPrimary()) {
            app.bean(ReplicationRouting.class).drain(writer);
        } else {
            app.cluster().promote(app.cluster().replicas().get(0));
        }

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(app.knownPrimary()).isNotNull().isNotEqualTo(writer));
        assertThat(app.transactions().write(app::node)).isNotEqualTo(writer);
        if (stack.isMultiPrimary()) {
            app.bean(ReplicationRouting.class).undrain(writer);
        }
    }
}
