package io.github.replicationrouting.integration.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import org.junit.jupiter.api.Test;

/** Each migration records the server that it runs on. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class MigrationIT {

    private final Stack stack;
    private final Applications applications;

    MigrationIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
    }

    @Test
    void whenFlywayMigratesOnlyThePrimaryShouldBeReached() {
        migrate(
                "flyway_proof",
                "spring.flyway.enabled=true",
                "spring.flyway.locations=classpath:migration/flyway",
                "spring.flyway.baseline-on-migrate=true",
                "spring.flyway.baseline-version=0");
    }

    @Test
    void whenLiquibaseMigratesOnlyThePrimaryShouldBeReached() {
        migrate(
                "liquibase_proof",
                "spring.liquibase.enabled=true",
                "spring.liquibase.change-log=classpath:migration/liquibase/changelog.sql");
    }

    @Test
    void whenScriptsRunOnlyThePrimaryShouldBeReached() {
        migrate(
                "script_proof",
                "spring.sql.init.mode=always",
                // Scripts run in no transaction.
                "replication.routing.reads.outside-transaction=replica",
                "spring.sql.init.schema-locations=classpath:migration/script/schema.sql");
    }

    private void migrate(String table, String... properties) {
        try (TestApplication app = applications.start(stack, JdbcApplication.class, properties)) {
            ReplicatedCluster cluster = app.cluster();
            cluster.awaitRowCount(table, 1);
            for (ClusterNode replica : cluster.replicas()) {
                assertThat(cluster.primary().contains(replica.position()))
                        .as("%s has nothing of its own", replica)
                        .isTrue();
            }
            app.awaitAllEligible();
            app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(() -> {
                assertThat(app.name(app.jdbc().queryForObject("SELECT server_id FROM " + table, Long.class)))
                        .isEqualTo(app.primary());
                return app.node();
            }));
        }
    }
}
