package io.github.replicationrouting.test;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of the cluster of an annotated test class: classes with equal keys share one cluster.
 *
 * @param owner the class that has a cluster of its own, null if it is shared
 */
record ClusterKey(
        ClusterKind kind,
        int replicas,
        boolean gtids,
        List<String> serverArguments,
        @Nullable Class<?> owner) {}
