package io.github.replicationrouting.test;

/**
 * The database of a {@link ReplicatedCluster}.
 */
public enum ClusterKind {

    /** MariaDB, embedded: its binaries come from Maven Central and nothing has to be installed. */
    MARIADB,

    /** MySQL, in Docker containers. */
    MYSQL
}
