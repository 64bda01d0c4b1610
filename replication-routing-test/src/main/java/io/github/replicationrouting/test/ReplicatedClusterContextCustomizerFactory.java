package io.github.replicationrouting.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;

/**
 * Gives the application contexts of test classes with {@link WithReplicatedCluster} the nodes of the cluster.
 */
final class ReplicatedClusterContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        return ClusterRequest.of(testClass)
                .map(ReplicatedClusterContextCustomizer::new)
                .orElse(null);
    }
}
