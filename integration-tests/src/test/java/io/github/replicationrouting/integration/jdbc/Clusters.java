package io.github.replicationrouting.integration.jdbc;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One cluster per kind for all tests of this package, started on demand. */
final class Clusters implements BeforeAllCallback {

    private static final Map<ClusterKind, ReplicatedCluster> running = new EnumMap<>(ClusterKind.class);

    static synchronized ReplicatedCluster of(ClusterKind kind) {
        return running.computeIfAbsent(
                kind, ignored -> ReplicatedCluster.of(kind).replicas(2).start());
    }

    /** Registers the clusters to be closed at the end of the run. */
    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(
                        ExtensionContext.StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.create(Clusters.class))
                .computeIfAbsent("stop", ignored -> (AutoCloseable) Clusters::stop, AutoCloseable.class);
    }

    private static synchronized void stop() {
        running.values().forEach(ReplicatedCluster::close);
        running.clear();
    }
}
