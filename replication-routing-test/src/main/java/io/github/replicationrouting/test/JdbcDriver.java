package io.github.replicationrouting.test;

/**
 * The JDBC driver that a URL is written for. Both drivers reach both kinds of cluster.
 */
public enum JdbcDriver {

    /** MySQL's Connector/J, {@code jdbc:mysql:}. */
    CONNECTOR_J,

    /** MariaDB's own driver, {@code jdbc:mariadb:}. */
    MARIADB
}
