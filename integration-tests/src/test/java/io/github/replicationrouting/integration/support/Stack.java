package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A kind of server and the driver that leads to it. */
public enum Stack {
    MYSQL(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J),
    MARIADB(ClusterKind.MARIADB, JdbcDriver.MARIADB),
    MARIADB_WITH_CONNECTOR_J(ClusterKind.MARIADB, JdbcDriver.CONNECTOR_J),
    /** A commit is acknowledged when a replica has received it. */
    MYSQL_SEMI_SYNCHRONOUS(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J, true);

    /** Source of parameters: MySQL and MariaDB, each with JDBC's transactions and with JPA's. */
    public static final String WITH_EACH_TRANSACTION_MANAGER =
            "io.github.replicationrouting.integration.support.Stack#withEachTransactionManager";

    private final ClusterKind kind;
    private final JdbcDriver driver;
    private final boolean semiSynchronous;

    Stack(ClusterKind kind, JdbcDriver driver) {
        this(kind, driver, false);
    }

    Stack(ClusterKind kind, JdbcDriver driver, boolean semiSynchronous) {
        this.kind = kind;
        this.driver = driver;
        this.semiSynchronous = semiSynchronous;
    }

    static Stream<Arguments> withEachTransactionManager() {
        return Stream.of(MYSQL, MARIADB).flatMap(stack -> Stream.of(JdbcApplication.class, JpaApplication.class)
                .map(configuration -> Arguments.of(stack, configuration)));
    }

    ClusterKind kind() {
        return kind;
    }

    /** Whether an acknowledged write is on a replica, too. */
    public boolean isSemiSynchronous() {
        return semiSynchronous;
    }

    /** The first stack that runs on the same cluster. */
    Stack cluster() {
        for (Stack stack : values()) {
            if (stack.kind == kind && stack.semiSynchronous == semiSynchronous) {
                return stack;
            }
        }
        return this;
    }

    ReplicatedCluster.Builder builder() {
        ReplicatedCluster.Builder builder = ReplicatedCluster.of(kind);
        return semiSynchronous ? builder.semiSynchronous() : builder;
    }

    JdbcDriver driver() {
        return driver;
    }
}
