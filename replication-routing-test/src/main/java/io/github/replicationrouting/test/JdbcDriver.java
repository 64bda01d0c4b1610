package io.github.replicationrouting.test;

import java.util.function.Predicate;
import org.springframework.util.ClassUtils;

/**
 * The JDBC driver of a URL. Both drivers connect to both kinds of cluster, but Connector/J cannot read the key words of
 * MariaDB 11 and later, which Hibernate queries when an application starts.
 */
public enum JdbcDriver {

    /** The driver of the servers' vendor if it is on the class path, otherwise the other one. */
    AUTO,

    /** MySQL's Connector/J, {@code jdbc:mysql:}. */
    CONNECTOR_J,

    /** MariaDB's own driver, {@code jdbc:mariadb:}. */
    MARIADB;

    private static final String CONNECTOR_J_CLASS = "com.mysql.cj.jdbc.Driver";
    private static final String MARIADB_CLASS = "org.mariadb.jdbc.Driver";

    /** Returns this driver, or the one that {@link #AUTO} chooses for these servers. */
    JdbcDriver forServers(ClusterKind kind) {
        return forServers(kind, driver -> ClassUtils.isPresent(driver, JdbcDriver.class.getClassLoader()));
    }

    JdbcDriver forServers(ClusterKind kind, Predicate<String> present) {
        if (this != AUTO) {
            return this;
        }
        return kind.isMariaDb()
                ? (present.test(MARIADB_CLASS) ? MARIADB : CONNECTOR_J)
                : (present.test(CONNECTOR_J_CLASS) ? CONNECTOR_J : MARIADB);
    }
}
