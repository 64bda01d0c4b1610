package io.github.replicationrouting.autoconfigure.info;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the router's {@link InfoContributor}. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class})
@ConditionalOnBean(ReplicationRouting.class)
@ConditionalOnEnabledInfoContributor("replicationrouting")
public final class ReplicationRoutingInfoContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "replicationRoutingInfoContributor")
    InfoContributor replicationRoutingInfoContributor(
            ReplicationRoutingProperties properties, ReplicationRouting routing) {
        return new RouterInfoContributor(Labels.of(properties.getTopology()), routing);
    }
}
