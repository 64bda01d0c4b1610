package io.github.replicationrouting.test.internal.docker;

/**
 * The image of the MySQL servers.
 */
public final class MySqlImage {

    /** The system property that names another image. */
    public static final String PROPERTY = "replication-routing.test.mysql-image";

    private MySqlImage() {}

    public static String name() {
        return System.getProperty(PROPERTY, "mysql:9.7");
    }
}
