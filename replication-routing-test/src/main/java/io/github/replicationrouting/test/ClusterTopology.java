package io.github.replicationrouting.test;

import java.util.List;

/**
 * The roles of a cluster's nodes, and the changes of them. Changes are guarded by the cluster. What a kind of cluster
 * does not have is refused with an {@link IllegalStateException}.
 */
interface ClusterTopology {

    /** Starts all servers and creates the database; does not let the application in. */
    void start();

    /** Returns the primary. */
    ClusterNode primary();

    /** Notes which node is meant to be the primary. */
    void primary(ClusterNode node);

    /** Returns all nodes but the primary. */
    List<ClusterNode> replicas();

    void promote(ClusterNode node);

    void consolidate(ClusterNode node);

    void rejoin(ClusterNode node);

    void restartGroup();

    /** Ends all faults. */
    void heal();

    void awaitRoles();

    void awaitReplicated();
}
