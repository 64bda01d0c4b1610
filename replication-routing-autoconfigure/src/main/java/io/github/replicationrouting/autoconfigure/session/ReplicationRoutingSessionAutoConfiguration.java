package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties;
import io.github.replicationrouting.internal.routing.AffinityAdvisor;
import io.github.replicationrouting.internal.routing.HintAdvisor;
import io.github.replicationrouting.settings.SessionScope;
import jakarta.servlet.Filter;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Auto-configuration of read-your-writes sessions that span web requests, and of the annotations {@code @UsePrimary},
 * {@code @MaxStaleness} and {@code @WriteAffinity}.
 */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnBean(ReplicationRouting.class)
public final class ReplicationRoutingSessionAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static HintAdvisor replicationRoutingHintAdvisor() {
        return new HintAdvisor();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static AffinityAdvisor replicationRoutingAffinityAdvisor() {
        return new AffinityAdvisor();
    }

    /** A session for each web request, whose token the configured carrier takes to the next one. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({OncePerRequestFilter.class, Filter.class})
    @ConditionalOnProperty(
            name = "replication.routing.consistency.mode",
            havingValue = "session",
            matchIfMissing = true)
    static class WebConfiguration {

        @Bean
        SessionTokenFilter replicationRoutingSessionTokenFilter(ReplicationRoutingProperties properties) {
            return new SessionTokenFilter(repository(properties));
        }

        @Bean
        SessionScope replicationRoutingSessionScope(ReplicationRoutingProperties properties) {
            return switch (properties.getConsistency().getCarrier()) {
                case HTTP_SESSION -> SessionScope.HTTP_SESSION;
                case COOKIE -> SessionScope.COOKIE;
                case HEADER -> SessionScope.HEADER;
                case NONE -> SessionScope.REQUEST;
            };
        }

        private static @Nullable SessionTokenRepository repository(ReplicationRoutingProperties properties) {
            return switch (properties.getConsistency().getCarrier()) {
                case HTTP_SESSION -> new HttpSessionTokenRepository();
                case COOKIE -> new CookieSessionTokenRepository(signer(properties));
                case HEADER -> new HeaderSessionTokenRepository(signer(properties));
                case NONE -> null;
            };
        }

        private static TokenSigner signer(ReplicationRoutingProperties properties) {
            return new TokenSigner(
                    Objects.requireNonNull(properties.getConsistency().getSigningKey()),
                    properties.getReads().getMaxLag().plusMinutes(1),
                    InstantSource.system());
        }
    }
}
