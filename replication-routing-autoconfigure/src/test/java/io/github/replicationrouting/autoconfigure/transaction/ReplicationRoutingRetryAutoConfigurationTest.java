package io.github.replicationrouting.autoconfigure.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.transaction.RetryAdvisor;
import io.github.replicationrouting.internal.transaction.RetryContextListener;
import io.github.replicationrouting.internal.transaction.RetryInterceptor;
import io.github.replicationrouting.internal.transaction.RetryingTransactionTemplate;
import io.github.replicationrouting.internal.transaction.TransactionRunner;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import jakarta.persistence.EntityManager;
import java.util.Arrays;
import java.util.List;
import org.aopalliance.aop.Advice;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.data.repository.core.support.RepositoryFactoryBeanSupport;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.request.ServletRequestAttributes;

@ExtendWith(OutputCaptureExtension.class)
class ReplicationRoutingRetryAutoConfigurationTest {

    private final ApplicationContextRunner empty = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReplicationRoutingAutoConfiguration.class,
                    ReplicationRoutingRetryAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionManagerCustomizationAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    AopAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class))
            .withPropertyValues(
                    "replication.routing.nodes.db1.url=jdbc:mysql://127.0.0.1:1/shop",
                    "replication.routing.connect-timeout=200ms",
                    "replication.routing.monitor.timeout=200ms");
    private final ApplicationContextRunner routed = empty.withBean(Shop.class);

    @Test
    void whenMethodIsTransactionalShouldRetryOutsideTheTransactionInterceptor() {
        routed.run(context -> {
            List<Class<?>> advice = Arrays.stream(((Advised) context.getBean(Shop.class)).getAdvisors())
                    .map(Advisor::getAdvice)
                    .<Class<?>>map(Advice::getClass)
                    .toList();
            int retry = advice.indexOf(RetryInterceptor.class);
            assertThat(retry).isNotNegative();
            assertThat(advice.get(retry + 1)).isEqualTo(TransactionInterceptor.class);
        });
    }

    @Test
    void whenContextStartsShouldCreateNoBeanEarly(CapturedOutput output) {
        routed.run(context -> assertThat(context).hasNotFailed().hasSingleBean(RetryAdvisor.class));
        assertThat(output).doesNotContain("is not eligible for getting processed by all BeanPostProcessors");
    }

    @Test
    void whenTransactionBeansExistShouldReplaceTheTemplateAndListenToTheManager() {
        routed.run(context -> {
            assertThat(context.getBean(TransactionTemplate.class)).isInstanceOf(RetryingTransactionTemplate.class);
            assertThat(context.getBean(JdbcTransactionManager.class).getTransactionExecutionListeners())
                    .hasAtLeastOneElementOfType(RetryContextListener.class);
        });
    }

    @Test
    void whenRetriesOrHoldAreZeroShouldNotRetryReadsOrWrites() {
        DefaultTransactionDefinition readOnly = new DefaultTransactionDefinition();
        readOnly.setReadOnly(true);
        routed.run(context -> {
            assertThat(context.getBean(TransactionRunner.class).mayRetry(readOnly))
                    .isTrue();
            assertThat(context.getBean(TransactionRunner.class).mayRetry(new DefaultTransactionDefinition()))
                    .isTrue();
        });
        routed.withPropertyValues("replication.routing.reads.retries=0").run(context -> assertThat(
                        context.getBean(TransactionRunner.class).mayRetry(readOnly))
                .isFalse());
        routed.withPropertyValues("replication.routing.writes.hold=0").run(context -> assertThat(
                        context.getBean(TransactionRunner.class).mayRetry(new DefaultTransactionDefinition()))
                .isFalse());
    }

    @Test
    void whenRetriesAreNegativeShouldFailWithTheKey() {
        routed.withPropertyValues("replication.routing.reads.retries=-1")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("replication.routing.reads.retries must not be negative, but is -1"));
    }

    @Test
    void whenOnlyJdbcIsPresentShouldStart() {
        empty.withClassLoader(new FilteredClassLoader(
                        EntityManager.class,
                        Session.class,
                        ServletRequestAttributes.class,
                        RepositoryFactoryBeanSupport.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RetryGuard.class));
    }

    @Test
    void whenJpaProviderIsNotHibernateShouldTreatPersistenceContextsAsOpaque() {
        empty.withClassLoader(new FilteredClassLoader(Session.class)).run(context -> assertThat(context)
                .hasNotFailed()
                .hasBean("replicationRoutingOpaquePersistenceContextRetryGuard")
                .hasBean("replicationRoutingUntrackedEntitiesRetryGuard")
                .doesNotHaveBean("replicationRoutingPersistenceContextRetryGuard"));
    }

    @Test
    void whenJpaProviderIsNotHibernateShouldRetryReadsButNotWrites() {
        UntrackedEntitiesRetryGuard guard = new UntrackedEntitiesRetryGuard();
        try (RetryContext context = RetryContext.open(System::nanoTime)) {
            assertThat(guard.refusal()).isEqualTo(RetryRefusal.ENTITIES);
            RetryContext.lost(new Node(NodeSpec.of("db2", "jdbc:mysql://db2/")));
            assertThat(guard.refusal()).isNull();
            context.nextAttempt();
        }
    }

    @Test
    void whenApplicationIsServletBasedShouldLimitPrimaryWaitPerRequest() {
        empty.run(context -> assertThat(context).doesNotHaveBean(PrimaryWaitBudgetFilter.class));
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingAutoConfiguration.class, ReplicationRoutingRetryAutoConfiguration.class))
                .withPropertyValues(
                        "replication.routing.nodes.db1.url=jdbc:mysql://127.0.0.1:1/shop",
                        "replication.routing.connect-timeout=200ms",
                        "replication.routing.monitor.timeout=200ms")
                .run(context -> assertThat(context).hasSingleBean(PrimaryWaitBudgetFilter.class));
    }

    @Test
    void whenNoRouterExistsShouldBackOff() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ReplicationRoutingRetryAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RetryAdvisor.class));
    }

    static class Shop {

        @Transactional(readOnly = true)
        public void list() {}
    }
}
