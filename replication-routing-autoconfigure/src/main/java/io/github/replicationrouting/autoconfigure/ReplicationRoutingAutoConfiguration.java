package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.autoconfigure.event.TopologyEventPublisher;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.transaction.ConflictRetryPolicy;
import io.github.replicationrouting.internal.transaction.DemotionRetryPolicy;
import io.github.replicationrouting.settings.SessionScope;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.spi.TopologySource;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseDataSource;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration of a {@link DataSource} that routes every transaction to the right node of a replicated database.
 * Backs off in favour of Spring Boot's own when no nodes are declared.
 */
@AutoConfiguration(
        before = {
            DataSourceAutoConfiguration.class,
            JndiDataSourceAutoConfiguration.class,
            XADataSourceAutoConfiguration.class
        })
@ConditionalOnBooleanProperty(name = ReplicationRoutingProperties.PREFIX + ".enabled", matchIfMissing = true)
@Conditional(ReplicationRoutingAutoConfiguration.OnKeptDatabaseCondition.class)
public final class ReplicationRoutingAutoConfiguration {

    @Bean
    static KeyGuard replicationRoutingKeyGuard(Environment environment) {
        return new KeyGuard(environment);
    }

    @Bean
    @Conditional(OnNodesCondition.class)
    static RouterGuard replicationRoutingGuard(Environment environment) {
        return new RouterGuard(environment);
    }

    /** Logs that nothing is routed, before another bean can fail because there is no data source. */
    @Bean
    @Conditional(OnMissingNodesCondition.class)
    static BeanFactoryPostProcessor replicationRoutingBackOff(Environment environment) {
        return beanFactory -> new IgnoredSettingsWarnings(environment).checkWithoutNodes();
    }

    /** The router. When the application has a data source of its own, {@link RouterGuard} fails the start. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(OnNodesCondition.class)
    @ConditionalOnMissingBean(value = DataSource.class, search = SearchStrategy.CURRENT)
    @EnableConfigurationProperties(ReplicationRoutingProperties.class)
    static class RouterConfiguration {

        private static final Logger logger = LoggerFactory.getLogger(ReplicationRoutingAutoConfiguration.class);

        private static final String BULKHEADS = "replicationRoutingBulkheadRegistry";

        /** Started here, so that the result of the first probe can be explained by the settings. */
        @Bean(name = RouterGuard.ROUTER, destroyMethod = "close")
        ReplicationRouting replicationRouting(
                ReplicationRoutingProperties properties,
                Environment environment,
                ListableBeanFactory beanFactory,
                ObjectProvider<ReplicationRoutingConnectionDetails> connectionDetails,
                ObjectProvider<ReplicationDialect> dialects,
                ObjectProvider<NodeSelector> selector,
                ObjectProvider<RouterMetrics> metrics,
                ObjectProvider<TopologyListener> listeners,
                ObjectProvider<SessionScope> sessionScope,
                @Qualifier(BULKHEADS) BulkheadRegistry ownBulkheads,
                ObjectProvider<BulkheadRegistry> bulkheads,
                ObjectProvider<TopologySource> source) {
            ReplicationRoutingConnectionDetails details = connectionDetails.getIfAvailable();
            List<DeclaredNode> nodes = details == null
                    ? DeclaredNode.bind(environment)
                    : details.nodes().stream().map(DeclaredNode::of).toList();
            new IgnoredSettingsWarnings(environment)
                    .checkWithNodes(beanFactory.getBeanNamesForType(JdbcConnectionDetails.class));
            PoolConfigurations pools = new PoolConfigurations(environment);
            ReplicationRouting.Builder router = ReplicationRouting.builder(RouterGuard.DATA_SOURCE)
                    .metrics(metrics.getIfAvailable(() -> RouterMetrics.NONE))
                    .bulkheads(bulkheads.getIfUnique(() -> ownBulkheads));
            listeners.orderedStream().forEach(router::listener);
            sessionScope.ifAvailable(router::sessionScope);
            new RouterConfigurer(properties, pools, byName(dialects))
                    .configure(router, nodes, selector.getIfAvailable(), source.getIfAvailable());
            ReplicationRouting routing = router.build();
            routing.start();
            new FirstProbeWarnings(properties, pools, RouterGuard.warningsOf(logger)).check(nodes, routing.snapshot());
            return routing;
        }

        /** Used when the application has no registry of its own. */
        @Bean(name = BULKHEADS, defaultCandidate = false)
        BulkheadRegistry replicationRoutingBulkheadRegistry() {
            return BulkheadRegistry.ofDefaults();
        }

        @Bean(name = RouterGuard.DATA_SOURCE, destroyMethod = "")
        @Primary
        RoutingDataSource dataSource(ReplicationRouting replicationRouting) {
            return replicationRouting.dataSource();
        }

        @Bean
        TopologyEventPublisher replicationRoutingEvents(ApplicationEventPublisher events) {
            return new TopologyEventPublisher(RouterGuard.DATA_SOURCE, events);
        }

        /** A fallback, so that the application's own data source for Flyway or Liquibase takes precedence. */
        @Bean(name = RouterGuard.WRITER, defaultCandidate = false, destroyMethod = "")
        @Fallback
        @FlywayDataSource
        @LiquibaseDataSource
        DataSource replicationRoutingWriterDataSource(ReplicationRouting replicationRouting) {
            return replicationRouting.writerDataSource();
        }

        @Bean
        RetryPolicy replicationRoutingConflictRetryPolicy(ReplicationRoutingProperties properties) {
            return new ConflictRetryPolicy(properties.getWrites().getConflictRetries());
        }

        @Bean
        RetryPolicy replicationRoutingDemotionRetryPolicy(ReplicationRoutingProperties properties) {
            return new DemotionRetryPolicy(!properties.getWrites().getHold().isZero());
        }

        private static Map<String, ReplicationDialect> byName(ObjectProvider<ReplicationDialect> beans) {
            Map<String, ReplicationDialect> dialects = new TreeMap<>();
            for (String standard : RouterGuard.STANDARD_DIALECTS) {
                dialects.put(standard, Dialects.standard().named(standard));
            }
            beans.forEach(dialect -> dialects.put(dialect.name(), dialect));
            return dialects;
        }
    }

    static final class OnMissingNodesCondition extends NoneNestedConditions {

        OnMissingNodesCondition() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @Conditional(OnNodesCondition.class)
        static final class Nodes {}
    }

    /** Condition that does not match in a test that replaces the auto-configured database with an embedded one. */
    static final class OnKeptDatabaseCondition extends SpringBootCondition {

        private static final String REPLACE = "spring.test.database.replace";

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ConditionMessage.Builder message = ConditionMessage.forCondition("Kept Database");
            return "AUTO_CONFIGURED".equalsIgnoreCase(context.getEnvironment().getProperty(REPLACE))
                    ? ConditionOutcome.noMatch(message.because(REPLACE + " is AUTO_CONFIGURED"))
                    : ConditionOutcome.match(message.because("no test replaces the database"));
        }
    }
}
