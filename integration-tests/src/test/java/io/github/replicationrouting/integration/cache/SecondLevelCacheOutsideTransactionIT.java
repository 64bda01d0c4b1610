package io.github.replicationrouting.integration.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code reads.outside-transaction=replica}: there is no transaction that determines where an answer comes from. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class SecondLevelCacheOutsideTransactionIT {

    private final CachedPrice price;

    SecondLevelCacheOutsideTransactionIT(Stack stack, Applications applications) {
        price = CachedPrice.of(stack, false, applications, "replication.routing.reads.outside-transaction=replica");
    }

    @AfterEach
    void letReplicasCatchUp() {
        price.letReplicasCatchUp();
    }

    @Test
    void whenALateReplicaServesAnEntityItShouldNotBeCached() {
        price.whileReplicasAreLate(() -> assertThat(price.amount()).isEqualTo(1));
        assertThat(price.app().transactions().write(price::amount)).isEqualTo(2);
        assertThat(price.amount()).isEqualTo(2);
    }

    @Test
    void whenAnEntityIsWrittenItShouldFillTheCache() {
        Statistics statistics = price.app()
                .bean(EntityManagerFactory.class)
                .unwrap(SessionFactory.class)
                .getStatistics();
        statistics.clear();
        assertThat(price.app().transactions().write(price::amount)).isEqualTo(1);
        assertThat(statistics.getSecondLevelCachePutCount()).isOne();
    }
}
