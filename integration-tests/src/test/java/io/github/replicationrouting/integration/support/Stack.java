package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.stream.Stream;

/** A kind of server and the driver for it. */
public enum Stack {
    MYSQL(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J),
    MARIADB(ClusterKind.MARIADB, JdbcDriver.MARIADB),
    MARIADB_WITH_CONNECTOR_J(ClusterKind.MARIADB, JdbcDriver.CONNECTOR_J),
    /** A commit is acknowledged when a replica has received it. */
    MYSQL_SEMI_SYNCHRONOUS(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J, true),
    GALERA(ClusterKind.GALERA, JdbcDriver.MARIADB),
    GALERA_WITH_CONNECTOR_J(ClusterKind.GALERA, JdbcDriver.CONNECTOR_J),
    GROUP_REPLICATION(ClusterKind.GROUP_REPLICATION, JdbcDriver.CONNECTOR_J),
    GROUP_REPLICATION_SINGLE_PRIMARY(ClusterKind.GROUP_REPLICATION_SINGLE_PRIMARY, JdbcDriver.CONNECTOR_J);

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

    /** Returns those of the stacks whose servers this run uses. */
    public static Stream<Stack> enabled(Stack... stacks) {
        return Stream.of(stacks).filter(stack -> EnabledServers.include(stack.kind));
    }

    ClusterKind kind() {
        return kind;
    }

    /** Returns whether an acknowledged write is on a replica as well. */
    public boolean isSemiSynchronous() {
        return semiSynchronous;
    }

    /** Returns whether several of its servers take writes. */
    public boolean isMultiPrimary() {
        return kind == ClusterKind.GALERA || kind == ClusterKind.GROUP_REPLICATION;
    }

    /** Returns the first stack that runs on the same cluster. */
    Stack cluster() {
        for (Stack stack : values()) {
            if (stack.kind == kind && stack.semiSynchronous == semiSynchronous) {
                return stack;
            }
        }
        return this;
    }

    /** Returns a cluster of the servers of this stack, for tests that have one of their own. */
    public ReplicatedCluster.Builder builder() {
        ReplicatedCluster.Builder builder = ReplicatedCluster.of(kind);
        return semiSynchronous ? builder.semiSynchronous() : builder;
    }

    /** Returns the driver that applications use. */
    public JdbcDriver driver() {
        return driver;
    }
}
