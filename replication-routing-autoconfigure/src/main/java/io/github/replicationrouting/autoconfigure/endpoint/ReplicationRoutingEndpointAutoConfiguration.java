package io.github.replicationrouting.autoconfigure.endpoint;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties;
import io.github.replicationrouting.settings.TopologyKind;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the {@link ReplicationRoutingEndpoint}. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(ReplicationRouting.class)
@ConditionalOnAvailableEndpoint(ReplicationRoutingEndpoint.class)
public final class ReplicationRoutingEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ReplicationRoutingEndpoint replicationRoutingEndpoint(
            ReplicationRoutingProperties properties, ReplicationRouting routing) {
        boolean severalWritable = properties.getTopology() == TopologyKind.MULTI_PRIMARY;
        return new ReplicationRoutingEndpoint(
                Labels.of(properties.getTopology()),
                severalWritable ? Labels.of(properties.getWrites().getPolicy()) : null,
                routing);
    }

    @Bean
    @ConditionalOnMissingBean
    ReplicationRoutingEndpointWebExtension replicationRoutingEndpointWebExtension(ReplicationRoutingEndpoint endpoint) {
        return new ReplicationRoutingEndpointWebExtension(endpoint);
    }
}
