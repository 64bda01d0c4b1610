package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.NoRetry;
import java.io.StringWriter;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

class RetryAdvisorTest {

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Beans.class);
    private final FakeTransactionManager transactions = context.getBean(FakeTransactionManager.class);
    private final RecordingRouterMetrics metrics = context.getBean(RecordingRouterMetrics.class);
    private final InnerInterceptor inner = context.getBean(InnerInterceptor.class);
    private final Work work = new Work();

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void whenMethodIsReadOnlyShouldRetryInANewTransactionWithTheInnerInterceptors() {
        assertThat(context.getBean(OnMethods.class).readOnly(work)).isEqualTo("attempt 2");
        assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit");
        assertThat(inner.calls).isEqualTo(2);
        assertThat(metrics.outcomes).containsExactly("read succeeded");
    }

    @Test
    void whenClassIsReadOnlyShouldRetry() {
        assertThat(context.getBean("onClass", OnClass.class).list(work)).isEqualTo("attempt 2");
    }

    @Test
    void whenInterfaceIsReadOnlyShouldRetry() {
        OnInterface bean = context.getBean(OnInterface.class);
        assertThat(bean.list(work)).isEqualTo("attempt 2");
        assertThat(AopUtils.isAopProxy(bean)).isTrue();
    }

    @Test
    void whenMetaAnnotationIsReadOnlyShouldRetry() {
        assertThat(context.getBean(OnMethods.class).metaAnnotated(work)).isEqualTo("attempt 2");
    }

    @Test
    void whenMethodWritesShouldNotRetry() {
        assertNotRetried(() -> context.getBean(OnMethods.class).write(work));
        assertThat(metrics.outcomes).isEmpty();
    }

    @Test
    void whenReadIsInsideAWriteTransactionShouldNotRetry() {
        TransactionTemplate template = new TransactionTemplate(transactions);
        assertNotRetried(() ->
                template.execute(status -> context.getBean(OnMethods.class).readOnly(work)));
    }

    @Test
    void whenMethodJoinsATransactionShouldRetryTheOutermost() {
        List<String> order = new ArrayList<>();
        context.getBean(OnMethods.class).readOnly(new Work(attempt -> {
            order.add("outer");
            return context.getBean("onClass", OnClass.class).list(new Work(ignored -> {
                order.add("inner");
                if (attempt == 1) {
                    throw LostNodeException.on("db2");
                }
                return "";
            }));
        }));
        assertThat(order).containsExactly("outer", "inner", "outer", "inner");
        assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit");
    }

    @Test
    void whenMethodReturnsAStreamShouldNotRetry() {
        assertNotRetried(() -> context.getBean(OnMethods.class).stream(work));
        assertThat(metrics.outcomes).containsExactly("read stream");
    }

    @Test
    void whenMethodWritesToAWriterShouldNotRetry() {
        assertNotRetried(() -> context.getBean(OnMethods.class).export(work, new StringWriter()));
        assertThat(metrics.outcomes).containsExactly("read stream");
    }

    @Test
    void whenMethodHasNoRetryShouldNotRetry() {
        assertNotRetried(() -> context.getBean(OnMethods.class).once(work));
        assertThat(metrics.outcomes).containsExactly("read no-retry");
    }

    @Test
    void whenClassHasNoRetryShouldNotRetry() {
        assertNotRetried(() -> context.getBean(OnceOnClass.class).list(work));
    }

    @Test
    void whenJoinedMethodHasNoRetryShouldNotRetryTheOutermost() {
        assertNotRetried(() -> context.getBean(OnMethods.class).readOnly(new Work(attempt -> {
            context.getBean(Mailer.class).send();
            return work.run();
        })));
        assertThat(metrics.outcomes).containsExactly("read no-retry");
    }

    @Test
    void whenNodeIsLostAfterTheCommitShouldNotRetry() {
        assertNotRetried(() -> context.getBean(OnMethods.class).readOnly(new Work(attempt -> {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    work.run();
                }
            });
            return "";
        })));
        assertThat(transactions.log).containsExactly("begin", "commit");
    }

    @Test
    void whenTimeoutOfTheManagerHasExpiredShouldNotRetry() {
        transactions.setDefaultTimeout(1);
        assertNotRetried(() -> context.getBean(OnMethods.class).readOnly(new Work(attempt -> {
            context.getBean(Beans.Clock.class).nanos += 1_000_000_000L;
            return work.run();
        })));
        assertThat(metrics.outcomes).containsExactly("read timeout");
    }

    @Test
    void whenTemplateIsReadOnlyShouldRetry() {
        TransactionTemplate plain = new TransactionTemplate(transactions);
        plain.setReadOnly(true);
        TransactionTemplate template =
                new RetryingTransactionTemplate(plain, () -> context.getBean(TransactionRunner.class));
        assertThat(template.isReadOnly()).isTrue();
        assertThat(template.<String>execute(status -> work.run())).isEqualTo("attempt 2");
        assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit");

        template.setReadOnly(false);
        assertNotRetried(() -> template.execute(status -> new Work().run()));
    }

    @Test
    void whenBeanIsNotTransactionalShouldCreateNoProxy() {
        assertThat(AopUtils.isAopProxy(context.getBean("plain"))).isFalse();
    }

    private static void assertNotRetried(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(LostNodeException.class);
    }

    /** Loses its node in the first attempt by default. */
    static final class Work {

        private final Function<Integer, String> action;
        private int attempts;

        Work() {
            this(attempt -> {
                if (attempt == 1) {
                    throw LostNodeException.on("db2");
                }
                return "attempt " + attempt;
            });
        }

        Work(Function<Integer, String> action) {
            this.action = action;
        }

        String run() {
            return action.apply(++attempts);
        }
    }

    @Transactional(readOnly = true)
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Reads {}

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Intercepted {}

    static class OnMethods {

        @Intercepted
        @Transactional(readOnly = true)
        public String readOnly(Work work) {
            return work.run();
        }

        @Reads
        public String metaAnnotated(Work work) {
            return work.run();
        }

        @Transactional
        public String write(Work work) {
            return work.run();
        }

        @Transactional(readOnly = true)
        public Stream<String> stream(Work work) {
            return Stream.of(work.run());
        }

        @Transactional(readOnly = true)
        public String export(Work work, StringWriter to) {
            to.write("row");
            return work.run();
        }

        @NoRetry
        @Transactional(readOnly = true)
        public String once(Work work) {
            return work.run();
        }
    }

    @Transactional(readOnly = true, propagation = Propagation.REQUIRED)
    static class OnClass {

        public String list(Work work) {
            return work.run();
        }
    }

    @Transactional(readOnly = true)
    interface OnInterface {

        String list(Work work);
    }

    static final class OnInterfaceImplementation implements OnInterface {

        @Override
        public String list(Work work) {
            return work.run();
        }
    }

    @NoRetry
    static class OnceOnClass extends OnClass {}

    static class Mailer {

        @NoRetry
        public void send() {}
    }

    static class Plain {}

    /** Advice inside the transaction interceptor. */
    static final class InnerInterceptor implements MethodInterceptor {

        int calls;

        @Override
        public @org.jspecify.annotations.Nullable Object invoke(org.aopalliance.intercept.MethodInvocation invocation)
                throws Throwable {
            calls++;
            return invocation.proceed();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = 100)
    static class Beans {

        static final class Clock {
            long nanos;
        }

        @Bean
        static Clock clock() {
            return new Clock();
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static RetryAdvisor retryAdvisor(ConfigurableListableBeanFactory beanFactory) {
            return new RetryAdvisor(beanFactory, () -> beanFactory.getBean(TransactionRunner.class));
        }

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static DefaultPointcutAdvisor innerAdvisor() {
            DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(
                    new AnnotationMatchingPointcut(null, Intercepted.class), new InnerInterceptor());
            advisor.setOrder(Ordered.LOWEST_PRECEDENCE);
            return advisor;
        }

        @Bean
        static InnerInterceptor innerInterceptor(DefaultPointcutAdvisor innerAdvisor) {
            return (InnerInterceptor) innerAdvisor.getAdvice();
        }

        @Bean
        FakeTransactionManager transactionManager() {
            FakeTransactionManager manager = new FakeTransactionManager();
            manager.addListener(new RetryContextListener(manager));
            return manager;
        }

        @Bean
        RecordingRouterMetrics metrics() {
            return new RecordingRouterMetrics();
        }

        @Bean
        TransactionRunner runner(RecordingRouterMetrics metrics, Clock clock) {
            return new TransactionRunner(
                    "dataSource", List.of(new LostReadRetryPolicy(2)), List.of(), metrics, () -> clock.nanos);
        }

        @Bean
        OnMethods onMethods() {
            return new OnMethods();
        }

        @Bean
        OnClass onClass() {
            return new OnClass();
        }

        @Bean
        OnInterface onInterface() {
            return new OnInterfaceImplementation();
        }

        @Bean
        OnceOnClass onceOnClass() {
            return new OnceOnClass();
        }

        @Bean
        Mailer mailer() {
            return new Mailer();
        }

        @Bean
        Plain plain() {
            return new Plain();
        }
    }
}
