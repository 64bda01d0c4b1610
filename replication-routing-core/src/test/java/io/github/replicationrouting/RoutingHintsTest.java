package io.github.replicationrouting;

import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.replica;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.routing.Hint;
import io.github.replicationrouting.internal.routing.HintAdvisor;
import io.github.replicationrouting.internal.routing.HintContext;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.IntentResolver;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.routing.ReadConstraints;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.List;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;

class RoutingHintsTest {

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final SettableTopology topology = new SettableTopology(withPrimary(primary(db1), replica(db2)));
    private final IntentResolver intents = new IntentResolver(
            "test",
            new Consistency(
                    "test",
                    ConsistencySettings.defaults(),
                    topology,
                    new KnownPositions(Duration.ofMillis(500)),
                    Duration.ofMillis(500),
                    RouterMetrics.NONE),
            topology);

    private final Decision onReplica = new Decision(db2, DecisionReason.REPLICA_SELECTED, false);
    private final Decision onPrimary = new Decision(db1, DecisionReason.READ_WRITE, true);

    @Test
    void whenHintsAreNestedShouldApplyTheInnermost() {
        RoutingHints.onPrimary(() -> {
            assertThat(intents.of(Access.READ).constraints().onPrimary()).isTrue();
            RoutingHints.onReplica(Duration.ofSeconds(3), () -> assertThat(
                            intents.of(Access.READ).constraints())
                    .returns(false, ReadConstraints::onPrimary)
                    .returns(Duration.ofSeconds(3), ReadConstraints::maxStaleness));
            assertThat(intents.of(Access.READ).constraints().onPrimary()).isTrue();
        });
        assertThat(intents.of(Access.READ)).isSameAs(Intent.READ);
    }

    @Test
    void whenWritingShouldIgnoreHints() {
        RoutingHints.onReplica(Duration.ofSeconds(3), () -> assertThat(intents.of(Access.WRITE))
                .returns(Access.WRITE, Intent::access)
                .returns(List.of(), Intent::avoided)
                .returns(ReadConstraints.NONE, Intent::constraints));
        assertThat(intents.of(Access.WRITE)).isSameAs(Intent.WRITE);
    }

    @Test
    void whenOutsideTransactionsShouldApplyAReplicaHint() {
        Intent intent = RoutingHints.onReplica(Duration.ofSeconds(3), () -> intents.of(Access.OUTSIDE_TRANSACTION));

        assertThat(intent.access()).isEqualTo(Access.READ);
    }

    @Test
    void whenAHintComesTooLateShouldHonourItOnlyIfTheNodeSatisfiesIt() {
        RoutingHints.onPrimary(() -> {
            assertThat(Hint.isSatisfied(HintContext.current(), null, onPrimary, true))
                    .isTrue();
            assertThat(Hint.isSatisfied(HintContext.current(), null, onReplica, true))
                    .isFalse();
            assertThat(Hint.notSatisfied(HintContext.current(), onReplica).getMessage())
                    .contains("db2", "REQUIRES_NEW");
        });
        RoutingHints.onReplica(Duration.ofSeconds(3), () -> {
            assertThat(Hint.isSatisfied(HintContext.current(), null, onPrimary, true))
                    .isFalse();
            assertThat(Hint.isSatisfied(HintContext.current(), null, onReplica, true))
                    .isFalse();
            assertThat(Hint.isSatisfied(HintContext.current(), HintContext.current(), onReplica, true))
                    .isTrue();
        });
        assertThat(Hint.isSatisfied(HintContext.current(), null, onReplica, true))
                .isTrue();
    }

    @Test
    void whenATighterLimitIsInForceShouldCoverALooserOne() {
        Hint tight = new Hint(Hint.Kind.STALENESS, Duration.ofSeconds(1));
        Hint loose = new Hint(Hint.Kind.STALENESS, Duration.ofSeconds(9));

        assertThat(loose.isCoveredBy(tight)).isTrue();
        assertThat(tight.isCoveredBy(loose)).isFalse();
        assertThat(tight.isCoveredBy(Hint.PRIMARY)).isTrue();
        assertThat(tight.isCoveredBy(null)).isFalse();
    }

    @Test
    void whenAMethodIsAnnotatedShouldApplyTheHint() {
        Annotated proxy = proxy(new Annotated());

        assertThat(proxy.onMethod()).isEqualTo(Hint.PRIMARY);
        assertThat(proxy.onClass()).isEqualTo(new Hint(Hint.Kind.STALENESS, Duration.ofSeconds(2)));
        assertThat(HintContext.current()).isNull();
    }

    @Test
    void whenAMethodIsInheritedShouldApplyTheHintOfEachInheritingClass() {
        HintAdvisor shared = new HintAdvisor();

        assertThat(proxy(new Patient(), shared).inherited())
                .isEqualTo(new Hint(Hint.Kind.STALENESS, Duration.ofSeconds(30)));
        assertThat(proxy(new Strict(), shared).inherited()).isEqualTo(Hint.PRIMARY);
        assertThat(proxy(new Indifferent(), shared).inherited()).isNull();
    }

    /** As with a Spring Data repository: its target does not implement the application's interface. */
    @Test
    void whenAnInterfaceOfAGenericTargetIsAnnotatedShouldApplyTheHint() {
        ProxyFactory repository = new ProxyFactory();
        repository.setInterfaces(Books.class);
        repository.setTarget(new Object());
        repository.addAdvice((MethodInterceptor) invocation -> HintContext.current());
        ProxyFactory outer = new ProxyFactory(repository.getProxy());
        outer.addAdvisor(new HintAdvisor());

        assertThat(((Books) outer.getProxy()).find()).isEqualTo(Hint.PRIMARY);
    }

    @Test
    void whenAStalenessIsMalformedShouldExplainIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HintAdvisor().matches(Malformed.class.getDeclaredMethod("read"), Malformed.class))
                .withMessageContaining("Malformed")
                .withMessageContaining("\"2s\"");
    }

    private static <T> T proxy(T target) {
        return proxy(target, new HintAdvisor());
    }

    @SuppressWarnings("unchecked")
    private static <T> T proxy(T target, HintAdvisor advisor) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvisor(advisor);
        return (T) factory.getProxy();
    }

    @MaxStaleness("2s")
    static class Annotated {

        @UsePrimary
        @Nullable
        Hint onMethod() {
            return HintContext.current();
        }

        @Nullable
        Hint onClass() {
            return HintContext.current();
        }
    }

    @UsePrimary
    interface Books {

        @Nullable
        Hint find();
    }

    static class Base {

        @Nullable
        Hint inherited() {
            return HintContext.current();
        }
    }

    @MaxStaleness("30s")
    static class Patient extends Base {}

    @UsePrimary
    static class Strict extends Base {}

    static class Indifferent extends Base {}

    static class Malformed {

        @MaxStaleness("soon")
        void read() {}
    }
}
