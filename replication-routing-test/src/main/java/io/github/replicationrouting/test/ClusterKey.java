package io.github.replicationrouting.test;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the clusters of annotated test classes apart.
 *
 * @param owner the class that has the cluster for itself, null if it is shared
 */
record ClusterKey(
        ClusterKind kind,
        int replicas,
        boolean gtids,
        List<String> serverArguments,
        @Nullable Class<?> owner) {}
