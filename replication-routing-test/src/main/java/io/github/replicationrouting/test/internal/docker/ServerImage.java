package io.github.replicationrouting.test.internal.docker;

/**
 * An image of database servers.
 */
public enum ServerImage {
    MYSQL("MySQL", "replication-routing.test.mysql-image", "mysql:9.7"),

    GALERA("Galera", "replication-routing.test.galera-image", "mariadb:11.8");

    private final String servers;

    private final String property;

    private final String defaultName;

    ServerImage(String servers, String property, String defaultName) {
        this.servers = servers;
        this.property = property;
        this.defaultName = defaultName;
    }

    /** Returns the system property that names another image. */
    public String property() {
        return property;
    }

    /** Returns the name of the image. */
    public String imageName() {
        return System.getProperty(property, defaultName);
    }

    /** Returns the name of the servers, for messages. */
    @Override
    public String toString() {
        return servers;
    }
}
