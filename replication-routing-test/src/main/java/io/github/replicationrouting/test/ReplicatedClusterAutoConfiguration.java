package io.github.replicationrouting.test;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingConnectionDetails;
import java.util.Arrays;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration for a {@link ReplicatedCluster} bean with {@code @ServiceConnection}: its nodes are those of the
 * routing data source. Spring Boot itself supports that annotation on containers only.
 */
@AutoConfiguration(before = ReplicationRoutingAutoConfiguration.class)
@Conditional(ReplicatedClusterAutoConfiguration.OnServiceConnectionCondition.class)
public final class ReplicatedClusterAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(ReplicationRoutingConnectionDetails.class)
    ClusterConnectionDetails replicatedClusterConnectionDetails(ListableBeanFactory beanFactory) {
        ReplicatedCluster cluster = beanFactory.getBean(serviceConnections(beanFactory)[0], ReplicatedCluster.class);
        return new ClusterConnectionDetails(cluster, JdbcDriver.AUTO);
    }

    private static String[] serviceConnections(ListableBeanFactory beanFactory) {
        return Arrays.stream(beanFactory.getBeanNamesForType(ReplicatedCluster.class, true, false))
                .filter(name -> beanFactory.findAnnotationOnBean(name, ServiceConnection.class, false) != null)
                .toArray(String[]::new);
    }

    /** Exactly one cluster with the annotation. */
    static final class OnServiceConnectionCondition extends SpringBootCondition implements ConfigurationCondition {

        @Override
        public ConfigurationPhase getConfigurationPhase() {
            return ConfigurationPhase.REGISTER_BEAN;
        }

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ConditionMessage.Builder message = ConditionMessage.forCondition("@ServiceConnection ReplicatedCluster");
            ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
            String[] names = beanFactory == null ? new String[0] : serviceConnections(beanFactory);
            return names.length == 1
                    ? ConditionOutcome.match(message.foundExactly(names[0]))
                    : ConditionOutcome.noMatch(message.found("bean", "beans").items((Object[]) names));
        }
    }
}
