package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;

/** A kind of server and the driver that leads to it. */
public enum Stack {
    MYSQL(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J),
    MARIADB(ClusterKind.MARIADB, JdbcDriver.MARIADB),
    MARIADB_WITH_CONNECTOR_J(ClusterKind.MARIADB, JdbcDriver.CONNECTOR_J);

    private final ClusterKind kind;
    private final JdbcDriver driver;

    Stack(ClusterKind kind, JdbcDriver driver) {
        this.kind = kind;
        this.driver = driver;
    }

    ClusterKind kind() {
        return kind;
    }

    JdbcDriver driver() {
        return driver;
    }
}
