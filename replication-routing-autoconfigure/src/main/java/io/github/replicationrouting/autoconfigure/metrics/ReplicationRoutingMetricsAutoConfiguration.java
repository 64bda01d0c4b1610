package io.github.replicationrouting.autoconfigure.metrics;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.spi.RouterMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the router's meters. Spring Boot binds them to every registry. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(RouterMetrics.class)
    MicrometerRouterMetrics replicationRoutingRouterMetrics(ObjectProvider<ReplicationRouting> routing) {
        return new MicrometerRouterMetrics("dataSource", routing::getIfAvailable);
    }
}
