package io.github.replicationrouting.test;

import java.util.function.Predicate;
import org.springframework.util.ClassUtils;

/**
 * The JDBC driver that a URL is written for. Both drivers reach both kinds of cluster, but Connector/J cannot read the
 * key words of a MariaDB from 11 on, which Hibernate asks for when an application starts.
 */
public enum JdbcDriver {

    /** That of the servers, where it is on the class path, else the other one. */
    AUTO,

    /** MySQL's Connector/J, {@code jdbc:mysql:}. */
    CONNECTOR_J,

    /** MariaDB's own driver, {@code jdbc:mariadb:}. */
    MARIADB;

    private static final String CONNECTOR_J_CLASS = "com.mysql.cj.jdbc.Driver";
    private static final String MARIADB_CLASS = "org.mariadb.jdbc.Driver";

    /** This driver, or the one that {@link #AUTO} chooses for these servers. */
    JdbcDriver forServers(ClusterKind kind) {
        return forServers(kind, driver -> ClassUtils.isPresent(driver, JdbcDriver.class.getClassLoader()));
    }

    JdbcDriver forServers(ClusterKind kind, Predicate<String> present) {
        if (this != AUTO) {
            return this;
        }
        return kind == ClusterKind.MARIADB
                ? (present.test(MARIADB_CLASS) ? MARIADB : CONNECTOR_J)
                : (present.test(CONNECTOR_J_CLASS) ? CONNECTOR_J : MARIADB);
    }
}
