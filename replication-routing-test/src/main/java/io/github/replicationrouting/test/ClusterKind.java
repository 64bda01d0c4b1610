package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.docker.DockerAvailability;
import io.github.replicationrouting.test.internal.docker.ServerImage;
import io.github.replicationrouting.test.internal.server.MariaDbBinaries;
import org.jspecify.annotations.Nullable;

/**
 * The database of a {@link ReplicatedCluster}, and how its servers replicate.
 */
public enum ClusterKind {

    /** MariaDB, a primary and replicas, embedded: its binaries come from Maven Central and nothing has to be installed. */
    MARIADB,

    /** MySQL, a primary and replicas, in Docker containers. */
    MYSQL,

    /** A Galera cluster of MariaDB in Docker containers: each member accepts writes. */
    GALERA,

    /** MySQL's Group Replication in multi-primary mode, in Docker containers: each member accepts writes. */
    GROUP_REPLICATION,

    /** MySQL's Group Replication in single-primary mode, in Docker containers: the group elects its primary. */
    GROUP_REPLICATION_SINGLE_PRIMARY;

    boolean isGroup() {
        return this != MARIADB && this != MYSQL;
    }

    boolean isMariaDb() {
        return this == MARIADB || this == GALERA;
    }

    /** Returns why clusters of this kind cannot run here, null when they can. */
    @Nullable
    String unavailable() {
        return switch (this) {
            case MARIADB -> MariaDbBinaries.unavailable();
            case GALERA -> DockerAvailability.unavailable(ServerImage.GALERA);
            case MYSQL, GROUP_REPLICATION, GROUP_REPLICATION_SINGLE_PRIMARY ->
                DockerAvailability.unavailable(ServerImage.MYSQL);
        };
    }
}
