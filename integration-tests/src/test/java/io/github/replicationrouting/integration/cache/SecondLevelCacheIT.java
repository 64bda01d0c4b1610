package io.github.replicationrouting.integration.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** A stale answer of a replica must not remain in a cache that the whole application reads. */
@Tag("essential")
@ParameterizedClass
@MethodSource("variants")
@ExtendWith(Applications.Extension.class)
class SecondLevelCacheIT {

    private final CachedPrice price;
    private final TestApplication app;
    private final Transactions transactions;
    private final EntityManagerFactory factory;
    private final Statistics statistics;

    static Stream<Arguments> variants() {
        return Stack.enabled(Stack.MYSQL, Stack.MARIADB)
                .flatMap(stack -> Stream.of(Arguments.of(stack, false), Arguments.of(stack, true)));
    }

    SecondLevelCacheIT(Stack stack, boolean queryCache, Applications applications) {
        price = CachedPrice.of(stack, queryCache, applications);
        app = price.app();
        transactions = app.transactions();
        factory = app.bean(EntityManagerFactory.class);
        statistics = factory.unwrap(SessionFactory.class).getStatistics();
    }

    @AfterEach
    void letReplicasCatchUp() {
        price.letReplicasCatchUp();
    }

    @Test
    void whenALateReplicaServesAnEntityItShouldNotBeCached() {
        for (Supplier<Integer> read :
                List.<Supplier<Integer>>of(price::amount, price::amountAfterRefresh, price::amountOfQueriedEntity)) {
            price.reset();
            price.whileReplicasAreLate(
                    () -> assertThat(transactions.readOnly(read)).isEqualTo(1));
            assertThat(transactions.write(price::amount)).isEqualTo(2);
            assertThat(transactions.readOnly(price::amount)).isEqualTo(2);
        }
    }

    @Test
    void whenALateReplicaServesAQueryItsResultShouldNotBeCached() {
        price.whileReplicasAreLate(
                () -> assertThat(transactions.readOnly(price::amountByQuery)).isEqualTo(1));
        assertThat(transactions.write(price::amountByQuery)).isEqualTo(2);
        assertThat(transactions.readOnly(price::amountByQuery)).isEqualTo(2);
    }

    @Test
    void whenALateReplicaServesAnOpenSessionItsEntityShouldNotBeCached() {
        price.whileReplicasAreLate(() -> inOpenSession(
                () -> assertThat(transactions.readOnly(price::amount)).isEqualTo(1)));
        assertThat(transactions.write(price::amount)).isEqualTo(2);
    }

    @Test
    void whenALateReadIsInsideAWriteItShouldNotBeCached() {
        price.whileReplicasAreLate(() -> transactions.write(() -> {
            app.countAuthors("absent");
            assertThat(transactions.newReadOnly(price::amount)).isEqualTo(1);
            return null;
        }));
        assertThat(transactions.write(price::amount)).isEqualTo(2);
    }

    @Test
    void whenThePrimaryServesTheCacheShouldBeFilledAndReadEverywhere() {
        for (Supplier<Integer> read : List.<Supplier<Integer>>of(
                price::amount,
                () -> transactions.write(price::amount),
                () -> RoutingHints.onPrimary(() -> transactions.readOnly(price::amount)))) {
            factory.getCache().evictAll();
            statistics.clear();
            assertThat(read.get()).isEqualTo(1);
            assertThat(statistics.getSecondLevelCachePutCount()).isOne();
            assertThat(transactions.readOnly(price::amount)).isEqualTo(1);
            assertThat(statistics.getSecondLevelCacheHitCount()).isOne();
            assertThat(statistics.getSecondLevelCacheMissCount()).isOne();
        }
    }

    @Test
    void whenASessionWritesAfterAReadItShouldFillTheCache() {
        inOpenSession(() -> {
            assertThat(transactions.readOnly(price::amountByQuery)).isEqualTo(1);
            statistics.clear();
            assertThat(transactions.write(price::amount)).isEqualTo(1);
            assertThat(statistics.getSecondLevelCachePutCount()).isOne();
        });
    }

    private void inOpenSession(Runnable request) {
        EntityManager session = factory.createEntityManager();
        TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(session));
        try {
            request.run();
        } finally {
            TransactionSynchronizationManager.unbindResource(factory);
            EntityManagerFactoryUtils.closeEntityManager(session);
        }
    }
}
