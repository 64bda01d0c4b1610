package io.github.replicationrouting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.replicationrouting.internal.routing.AffinityAdvisor;
import io.github.replicationrouting.internal.routing.AffinityContext;
import io.github.replicationrouting.internal.routing.AffinityKey;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.core.Ordered;

class WriteAffinityTest {

    private final Orders orders = proxy(new Orders());

    @Test
    void whenKeysAreNestedShouldApplyTheInnermost() {
        RoutingHints.withAffinity("outer", () -> {
            assertThat(current()).isEqualTo("outer");
            assertThat(RoutingHints.<String>withAffinity("inner", WriteAffinityTest::current))
                    .isEqualTo("inner");
            assertThat(current()).isEqualTo("outer");
        });
        assertThat(AffinityContext.current()).isNull();
    }

    @Test
    void whenTextsAreTheSameShouldBeTheSameKey() {
        assertThat(AffinityKey.of(42L)).isEqualTo(AffinityKey.of("42")).isEqualTo(AffinityKey.of(42));
        assertThat(AffinityKey.of(new UUID(1, 2)).text()).isEqualTo(new UUID(1, 2).toString());
    }

    @Test
    void whenTheTextOfAKeyDiffersFromProcessToProcessShouldRefuseIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoutingHints.withAffinity(new byte[1], () -> {}))
                .withMessageContaining("[B");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RoutingHints.withAffinity(new Object(), () -> {}))
                .withMessageContaining("java.lang.Object");
    }

    @Test
    void whenAnArgumentIsNamedShouldBeTheKey() {
        assertThat(orders.byName(42, "x")).isEqualTo("42");
        assertThat(orders.byPosition(42, "x")).isEqualTo("x");
        assertThat(orders.byProperty(new Customer(7))).isEqualTo("7");
        assertThat(AffinityContext.current()).isNull();
    }

    @Test
    void whenAClassIsAnnotatedShouldApplyToItsOtherMethods() {
        assertThat(orders.ofClass("a")).isEqualTo("a");
    }

    @Test
    void whenAnExpressionHasNoKeyShouldNameMethodAndExpression() {
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.unknownName(42))
                .withMessageContaining("\"#customer\"")
                .withMessageContaining("Orders.unknownName")
                .withMessageContaining("is null")
                .withMessageContaining("#p0");
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.ofClass(null))
                .withMessageContaining("Orders.ofClass is null");
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.unknownProperty(new Customer(7)))
                .withMessageContaining("Orders.unknownProperty cannot be evaluated")
                .withMessageContaining("number");
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.array(new int[1]))
                .withMessageContaining("Orders.array is no key");
    }

    @Test
    void whenAnExpressionDoesNotParseShouldFailAtTheFirstCall() {
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.malformed(42))
                .withMessageContaining("\"#id +\"")
                .withMessageContaining("Orders.malformed");
    }

    /** Outside of the transaction and of its retries, each of which has the key. */
    @Test
    void whenAMethodIsRetriedShouldKeepTheKey() {
        AffinityAdvisor advisor = new AffinityAdvisor();
        Orders target = new Orders();
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvisor(advisor);
        List<Object> attempts = new ArrayList<>();
        factory.addAdvice((MethodInterceptor) invocation -> {
            attempts.add(String.valueOf(
                    ((ProxyMethodInvocation) invocation).invocableClone().proceed()));
            attempts.add(String.valueOf(invocation.proceed()));
            return null;
        });

        ((Orders) factory.getProxy()).byName(42, "x");

        assertThat(attempts).containsExactly("42", "42");
        assertThat(advisor.getOrder()).isLessThan(Ordered.LOWEST_PRECEDENCE - 1);
    }

    @Test
    void whenAMethodHasNoAnnotationShouldNotMatch() throws NoSuchMethodException {
        assertThat(new AffinityAdvisor().matches(Object.class.getMethod("toString"), Object.class))
                .isFalse();
    }

    static @Nullable String current() {
        AffinityKey key = AffinityContext.current();
        return key == null ? null : key.text();
    }

    private static Orders proxy(Orders target) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvisor(new AffinityAdvisor());
        return (Orders) factory.getProxy();
    }

    public record Customer(long id) {}

    @WriteAffinity("#p0")
    static class Orders {

        @WriteAffinity("#customerId")
        @Nullable
        String byName(long customerId, String other) {
            return current();
        }

        @WriteAffinity("#a1")
        @Nullable
        String byPosition(long customerId, String other) {
            return current();
        }

        @WriteAffinity("#customer.id")
        @Nullable
        String byProperty(Customer customer) {
            return current();
        }

        @Nullable
        String ofClass(@Nullable String key) {
            return current();
        }

        @WriteAffinity("#customer")
        void unknownName(long customerId) {}

        @WriteAffinity("#customer.number")
        void unknownProperty(Customer customer) {}

        @WriteAffinity("#values")
        void array(int[] values) {}

        @WriteAffinity("#id +")
        void malformed(long id) {}
    }
}
