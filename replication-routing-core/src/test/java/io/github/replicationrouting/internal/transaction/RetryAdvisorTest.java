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
    private final CountedRetries counted = context.getBean(CountedRetries.class);
    private final InnerInterceptor inner = context.getBean(InnerInterceptor.class);
    private final Work work = new Work();

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void methodShouldBeRunAgainInATransactionOfItsOwnWithTheInnerInterceptors() {
        assertThat(context.getBean(OnMethods.class).readOnly(work)).isEqualTo("run 2");
        assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit");
        assertThat(inner.calls).isEqualTo(2);
        assertThat(counted.outcomes).containsExactly("read succeeded");
    }

    @Test
    void classShouldBeRunAgain() {
        assertThat(context.getBean("onClass", OnClass.class).list(work)).isEqualTo("run 2");
    }

    @Test
    void interfaceShouldBeRunAgain() {
        OnInterface bean = context.getBean(OnInterface.class);
        assertThat(bean.list(work)).isEqualTo("run 2");
        assertThat(AopUtils.isAopProxy(bean)).isTrue();
    }

    @Test
    void metaAnnotationShouldBeRunAgain() {
        assertThat(context.getBean(OnMethods.class).metaAnnotated(work)).isEqualTo("run 2");
    }

    @Test
    void writeTransactionShouldNotBeRunAgain() {
        notRunAgain(() -> context.getBean(OnMethods.class).write(work));
        assertThat(counted.outcomes).isEmpty();
    }

    @Test
    void readInsideAWriteTransactionShouldNotBeRunAgain() {
        TransactionTemplate template = new TransactionTemplate(transactions);
        notRunAgain(() ->
                template.execute(status -> context.getBean(OnMethods.class).readOnly(work)));
    }

    @Test
    void joinedMethodShouldBeRunAgainWithTheOutermost() {
        List<String> order = new ArrayList<>();
        context.getBean(OnMethods.class).readOnly(new Work(run -> {
            order.add("outer");
            return context.getBean("onClass", OnClass.class).list(new Work(ignored -> {
                order.add("inner");
                if (run == 1) {
                    throw Lost.node("db2");
                }
                return "";
            }));
        }));
        assertThat(order).containsExactly("outer", "inner", "outer", "inner");
        assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit");
    }

    @Test
    void methodThatReturnsAStreamShouldNotBeRunAgain() {
        notRunAgain(() -> context.getBean(OnMethods.class).stream(work));
        assertThat(counted.outcomes).containsExactly("read stream");
    }

    @Test
    void methodThatWritesToAWriterShouldNotBeRunAgain() {
        notRunAgain(() -> context.getBean(OnMethods.class).export(work, new StringWriter()));
        assertThat(counted.outcomes).containsExactly("read stream");
    }

    @Test
    void methodWithNoRetryShouldNotBeRunAgain() {
        notRunAgain(() -> context.getBean(OnMethods.class).once(work));
        assertThat(counted.outcomes).containsExactly("read no-retry");
    }

    @Test
    void classWithNoRetryShouldNotBeRunAgain() {
        notRunAgain(() -> context.getBean(OnceOnClass.class).list(work));
    }

    @Test
    void methodWithNoRetryInsideShouldKeepTheOutermostFromBeingRunAgain() {
        notRunAgain(() -> context.getBean(OnMethods.class).readOnly(new Work(run -> {
            context.getBean(Mailer.class).send();
            return work.run();
        })));
        assertThat(counted.outcomes).containsExactly("read no-retry");
    }

    @Test
    void whatIsLostAfterTheCommitShouldNotRunTheTransactionAgain() {
        notRunAgain(() -> context.getBean(OnMethods.class).readOnly(new Work(run -> {
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
    void timeoutOfTheTransactionManagerShouldCount() {
        transactions.setDefaultTimeout(1);
        notRunAgain(() -> context.getBean(OnMethods.class).readOnly(new Work(run -> {
            context.getBean(Beans.Clock.class).nanos += 1_000_000_000L;
            return work.run();
        })));
        assertThat(counted.outcomes).containsExactly("read timeout");
    }

    @Test
    void templateShouldBeRunAgain() {
        TransactionTemplate plain = new TransactionTemplate(transactions);
        plain.setReadOnly(true);
        TransactionTemplate template =
                new RetryingTransactionTemplate(plain, () -> context.getBean(TransactionRunner.class));
        assertThat(template.isReadOnly()).isTrue();
        assertThat(template.<String>execute(status -> work.run())).isEqualTo("run 2");
        assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit");

        template.setReadOnly(false);
        notRunAgain(() -> template.execute(status -> new Work().run()));
    }

    @Test
    void beansThatAreNotTransactionalShouldNotBeProxied() {
        assertThat(AopUtils.isAopProxy(context.getBean("plain"))).isFalse();
    }

    private static void notRunAgain(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(Lost.class);
    }

    /** Loses its node in the first run, unless it is told what to do. */
    static final class Work {

        private final Function<Integer, String> doing;
        private int runs;

        Work() {
            this(run -> {
                if (run == 1) {
                    throw Lost.node("db2");
                }
                return "run " + run;
            });
        }

        Work(Function<Integer, String> doing) {
            this.doing = doing;
        }

        String run() {
            return doing.apply(++runs);
        }
    }

    @Transactional(readOnly = true)
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Reads {}

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Watched {}

    static class OnMethods {

        @Watched
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

    /** Stands further inside than the transaction. */
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
                    new AnnotationMatchingPointcut(null, Watched.class), new InnerInterceptor());
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
        CountedRetries counted() {
            return new CountedRetries();
        }

        @Bean
        TransactionRunner runner(CountedRetries counted, Clock clock) {
            return new TransactionRunner(List.of(new LostReadRetryPolicy(2)), List.of(), counted, () -> clock.nanos);
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
