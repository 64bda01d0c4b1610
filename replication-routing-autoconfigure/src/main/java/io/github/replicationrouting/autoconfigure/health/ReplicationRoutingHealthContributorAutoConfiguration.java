package io.github.replicationrouting.autoconfigure.health;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties;
import io.github.replicationrouting.settings.TopologyKind;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@code replicationRouting} health contributor, and of {@code db}, which covers the router
 * the same way. Spring Boot's own {@code db} contributor would check each node and the pinned writer, so that one dead
 * replica would turn the application's health DOWN.
 */
@AutoConfiguration(
        after = ReplicationRoutingAutoConfiguration.class,
        before = DataSourceHealthContributorAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(ReplicationRouting.class)
@EnableConfigurationProperties(ReplicationRoutingHealthProperties.class)
public final class ReplicationRoutingHealthContributorAutoConfiguration {

    private static final String ROUTER = "dataSource";
    private static final String WRITER = "replicationRoutingWriterDataSource";

    @Bean
    @ConditionalOnEnabledHealthIndicator("replicationrouting")
    @ConditionalOnMissingBean(name = {"replicationRoutingHealthIndicator", "replicationRoutingHealthContributor"})
    HealthContributor replicationRoutingHealthContributor(
            ReplicationRoutingHealthProperties properties,
            ObjectProvider<ReplicationRoutingProperties> routingProperties,
            ObjectProvider<ReplicationRouting> routing) {
        ReplicationRouting router = routing.getIfAvailable();
        return router == null
                ? CompositeHealthContributor.fromMap(Map.<String, HealthContributor>of())
                : indicator(router, properties, routingProperties);
    }

    @Bean
    @ConditionalOnEnabledHealthIndicator("db")
    @ConditionalOnMissingBean(name = {"dbHealthIndicator", "dbHealthContributor"})
    HealthContributor dbHealthContributor(
            ReplicationRoutingHealthProperties properties,
            ConfigurableListableBeanFactory beanFactory,
            ObjectProvider<ReplicationRoutingProperties> routingProperties,
            ObjectProvider<ReplicationRouting> routing) {
        Map<String, HealthContributor> contributors = new LinkedHashMap<>();
        // Absent when a test has replaced the routing data source.
        ReplicationRouting router = routing.getIfAvailable();
        SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, DataSource.class, false, true)
                .forEach((name, dataSource) -> {
                    if (router != null && name.equals(ROUTER)) {
                        contributors.put(name, indicator(router, properties, routingProperties));
                    } else if (!name.equals(WRITER)) {
                        contributors.put(name, new DataSourceHealthIndicator(dataSource));
                    }
                });
        return contributors.size() == 1
                ? contributors.values().iterator().next()
                : CompositeHealthContributor.fromMap(contributors);
    }

    private static HealthContributor indicator(
            ReplicationRouting router,
            ReplicationRoutingHealthProperties properties,
            ObjectProvider<ReplicationRoutingProperties> routingProperties) {
        // Absent where the application has defined the router itself.
        ReplicationRoutingProperties declared = routingProperties.getIfAvailable();
        return new RouterHealthIndicator(
                router::snapshot,
                () -> router.dataSource().explain(Access.READ).decision() != null,
                properties.isRequireWritable(),
                declared != null && declared.getTopology() == TopologyKind.MULTI_PRIMARY);
    }
}
