package io.github.replicationrouting.test;

/**
 * Which database a {@link ReplicatedCluster} runs.
 */
public enum ClusterKind {

    /** MariaDB, embedded: its binaries come from Maven Central and nothing has to be installed. */
    MARIADB,

    /** MySQL, in Docker containers. */
    MYSQL
}
