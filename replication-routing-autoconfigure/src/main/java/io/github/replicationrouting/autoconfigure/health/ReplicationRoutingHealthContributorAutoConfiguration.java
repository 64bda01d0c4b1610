package io.github.replicationrouting.autoconfigure.health;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
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
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@code db} health contributor. Spring Boot's own would have one indicator for each node and
 * one for the pinned writer, so that one dead replica turned the application's health down.
 */
@AutoConfiguration(
        after = ReplicationRoutingAutoConfiguration.class,
        before = DataSourceHealthContributorAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(ReplicationRouting.class)
@ConditionalOnEnabledHealthIndicator("db")
public final class ReplicationRoutingHealthContributorAutoConfiguration {

    private static final String ROUTER = "dataSource";
    private static final String WRITER = "replicationRoutingWriterDataSource";

    @Bean
    @ConditionalOnMissingBean(name = {"dbHealthIndicator", "dbHealthContributor"})
    HealthContributor dbHealthContributor(
            ConfigurableListableBeanFactory beanFactory, ObjectProvider<ReplicationRouting> routing) {
        Map<String, HealthContributor> contributors = new LinkedHashMap<>();
        // None where a test has put its own data source in the router's place.
        ReplicationRouting router = routing.getIfAvailable();
        SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, DataSource.class, false, true)
                .forEach((name, dataSource) -> {
                    if (router != null && name.equals(ROUTER)) {
                        contributors.put(name, new RouterHealthIndicator(router.topology()));
                    } else if (!name.equals(WRITER)) {
                        contributors.put(name, new DataSourceHealthIndicator(dataSource));
                    }
                });
        return contributors.size() == 1
                ? contributors.values().iterator().next()
                : CompositeHealthContributor.fromMap(contributors);
    }
}
