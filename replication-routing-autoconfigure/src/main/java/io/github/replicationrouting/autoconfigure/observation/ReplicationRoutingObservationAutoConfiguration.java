package io.github.replicationrouting.autoconfigure.observation;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.micrometer.observation.ObservationFilter;
import net.ttddyy.observation.tracing.QueryContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of routing decisions in the observations that datasource-micrometer makes of JDBC queries. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass({ObservationFilter.class, QueryContext.class})
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingObservationAutoConfiguration {

    @Bean
    ObservationFilter replicationRoutingObservationFilter(ObjectProvider<ReplicationRouting> routing) {
        return new RoutingObservationFilter(routing::getIfAvailable);
    }
}
