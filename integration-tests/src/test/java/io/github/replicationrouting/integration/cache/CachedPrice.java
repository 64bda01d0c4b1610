package io.github.replicationrouting.integration.cache;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** An application with a second-level cache, and a price of 1 that is on all nodes and in no cache. */
final class CachedPrice {

    private static final AtomicLong IDS = new AtomicLong(1);

    private final TestApplication app;
    private final EntityManager entities;
    private final long id = IDS.getAndIncrement();

    private CachedPrice(TestApplication app) {
        this.app = app;
        this.entities = app.bean(EntityManager.class);
        app.cluster()
                .primary()
                .execute(List.of("CREATE TABLE IF NOT EXISTS %s.price (id BIGINT PRIMARY KEY, amount INT NOT NULL)"
                        .formatted(app.cluster().database())));
        reset();
    }

    void reset() {
        app.transactions().write(() -> app.jdbc().update("REPLACE INTO price (id, amount) VALUES (?, 1)", id));
        app.cluster().awaitReplicated();
        app.bean(EntityManagerFactory.class).getCache().evictAll();
    }

    /** @param queryCache whether results of queries are cached as well */
    static CachedPrice of(Stack stack, boolean queryCache, Applications applications, String... properties) {
        return new CachedPrice(applications.get(
                stack,
                CachingApplication.class,
                Stream.concat(
                                Stream.of(
                                        TestApplication.PATIENT,
                                        "replication.routing.reads.max-lag=1h",
                                        "spring.jpa.properties.hibernate.generate_statistics=true",
                                        "spring.jpa.properties.hibernate.cache.use_second_level_cache=true",
                                        "spring.jpa.properties.hibernate.cache.use_query_cache=" + queryCache,
                                        "spring.jpa.properties.hibernate.cache.region.factory_class=jcache",
                                        "spring.jpa.properties.hibernate.javax.cache.missing_cache_strategy=create"),
                                Stream.of(properties))
                        .toArray(String[]::new)));
    }

    TestApplication app() {
        return app;
    }

    /** Sets the price to 2 in a way that clears the cache, and runs the work while each replica still has 1. */
    void whileReplicasAreLate(Runnable work) {
        app.transactions().write(this::amount);
        app.cluster().replicas().forEach(ClusterNode::stopApplier);
        app.transactions().write(() -> entities.createQuery("update Price set amount = 2 where id = :id")
                .setParameter("id", id)
                .executeUpdate());
        work.run();
        letReplicasCatchUp();
    }

    void letReplicasCatchUp() {
        app.cluster().replicas().forEach(ClusterNode::startApplier);
        app.cluster().awaitReplicated();
    }

    int amount() {
        return entities.find(Price.class, id).amount();
    }

    int amountByQuery() {
        return entities.createQuery("select amount from Price where id = :id", Integer.class)
                .setParameter("id", id)
                .setHint("org.hibernate.cacheable", true)
                .getSingleResult();
    }

    int amountAfterRefresh() {
        Price price = entities.find(Price.class, id);
        entities.refresh(price);
        return price.amount();
    }

    int amountOfQueriedEntity() {
        return entities.createQuery("from Price where id = :id", Price.class)
                .setParameter("id", id)
                .getSingleResult()
                .amount();
    }
}
