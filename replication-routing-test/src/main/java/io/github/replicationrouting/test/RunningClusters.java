package io.github.replicationrouting.test;

import java.util.HashMap;
import java.util.Map;

/**
 * The clusters of annotated test classes in this JVM. JUnit and Spring request them in no fixed order: the first
 * request starts a cluster. JUnit closes it.
 */
final class RunningClusters {

    private static final Map<ClusterKey, ReplicatedCluster> clusters = new HashMap<>();

    private RunningClusters() {}

    static synchronized ReplicatedCluster get(ClusterKey key) {
        ReplicatedCluster cluster = clusters.get(key);
        if (cluster == null) {
            cluster = ReplicatedCluster.of(key.kind())
                    .replicas(key.replicas())
                    .gtids(key.gtids())
                    .serverArguments(key.serverArguments().toArray(String[]::new))
                    .start();
            clusters.put(key, cluster);
        }
        return cluster;
    }

    static synchronized void close(ClusterKey key) {
        ReplicatedCluster cluster = clusters.remove(key);
        if (cluster != null) {
            cluster.close();
        }
    }
}
