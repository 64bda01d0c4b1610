package io.github.replicationrouting.test;

import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Contributes the connection details of a cluster. Equal for classes that ask for the same cluster, so that they share
 * a cached context.
 */
record ReplicatedClusterContextCustomizer(ClusterRequest request) implements ContextCustomizer {

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        ReplicatedCluster cluster = RunningClusters.get(request.key());
        context.getBeanFactory()
                .registerSingleton(
                        "replicatedClusterConnectionDetails", new ClusterConnectionDetails(cluster, request.driver()));
        // Test slices would replace the router, as any primary data source, by an embedded database.
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("replicatedCluster", Map.of("spring.test.database.replace", "none")));
    }
}
