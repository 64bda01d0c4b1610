package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.conflict.ConflictResolution;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.test.WithReplicatedCluster;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;
import org.springframework.transaction.support.TransactionTemplate;

/** Editors of one entity whose transactions run on several masters: the group rolls the losers back. */
class SeveralMastersConflictIT {

    @TestPropertySource(
            properties = {
                "replication.routing.topology=multi-primary",
                "replication.routing.writes.policy=round-robin",
                TestApplication.PATIENT,
                "spring.jpa.properties.hibernate.cache.use_second_level_cache=false",
                "spring.jpa.properties.hibernate.cache.use_query_cache=false",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false",
                "logging.level.org.hibernate.orm.jdbc.error=off"
            })
    abstract static class Tests {

        private static final int EDITORS = 2;
        private static final int ROUNDS = 20;

        /** Generous: each attempt may lose, as long as other ones win. */
        private static final int MAX_ATTEMPTS = 30;

        @Autowired
        EntityManager entities;

        @Autowired
        Transactions transactions;

        @Autowired
        TransactionTemplate template;

        private final long id = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        private final Set<String> masters = ConcurrentHashMap.newKeySet();
        private final AtomicInteger attempts = new AtomicInteger();
        private final AtomicInteger conflicts = new AtomicInteger();

        @BeforeEach
        void createTheArticle(ReplicatedCluster cluster) {
            cluster.primary()
                    .execute(List.of("CREATE TABLE IF NOT EXISTS " + cluster.database()
                            + ".article (id BIGINT PRIMARY KEY, version INT, title VARCHAR(50), stock INT NOT NULL)"));
            cluster.awaitReplicated();
            transactions.write(() -> {
                entities.persist(new Article(id, "tea", 0));
                return id;
            });
            cluster.awaitReplicated();
        }

        @Test
        void whenEditorsMeetOnSeveralMastersShouldLoseNoChange(ReplicatedCluster cluster) throws Exception {
            CyclicBarrier allHaveLoaded = new CyclicBarrier(EDITORS);
            List<CompletableFuture<Void>> editors = new ArrayList<>();
            for (int editor = 0; editor < EDITORS; editor++) {
                // The failure of one editor must not be hidden by others that wait for it.
                editors.add(CompletableFuture.runAsync(() -> edit(allHaveLoaded))
                        .whenComplete((done, failure) -> allHaveLoaded.reset()));
            }
            CompletableFuture<?> all = CompletableFuture.allOf(editors.toArray(CompletableFuture[]::new));
            all.exceptionally(failure -> null).get(180, TimeUnit.SECONDS);
            assertThat(editors).allSatisfy(editor -> assertThat(editor).isCompleted());

            cluster.awaitReplicated();
            Article stored = Objects.requireNonNull(transactions.newWrite(() -> entities.find(Article.class, id)));
            assertThat(stored.stock()).isEqualTo(EDITORS * ROUNDS);
            assertThat(masters).as("nodes of the transactions").hasSizeGreaterThan(1);
            assertThat(conflicts).as("resolved").hasValueGreaterThanOrEqualTo(ROUNDS);
            assertThat(attempts).as("attempts").hasValueGreaterThan(EDITORS * ROUNDS);
        }

        /** In the first attempt of each round all load before one of them saves, so that only one can win. */
        private void edit(CyclicBarrier allHaveLoaded) {
            AtomicInteger loads = new AtomicInteger();
            ArticleStore store = new ArticleStore(entities).afterLoad(() -> {
                attempts.incrementAndGet();
                masters.add(node());
                if (loads.incrementAndGet() == 1) {
                    await(allHaveLoaded);
                }
            });
            ConflictResolution<Article> resolution = new ConflictResolution<>(template, store, MAX_ATTEMPTS);
            for (int round = 0; round < ROUNDS; round++) {
                loads.set(0);
                // A session that writes without a pause stays on its node.
                SessionToken.clear();
                Article base = transactions.readOnly(() -> entities.find(Article.class, id));
                resolution.save(base, base.stocked(1), (ofBase, ofMine, ofTheirs) -> {
                    conflicts.incrementAndGet();
                    return ofTheirs.stocked(ofMine.stock() - ofBase.stock());
                });
            }
        }

        /** Returns the node of the current transaction. */
        private String node() {
            return entities.unwrap(Session.class).doReturningWork(connection -> Objects.requireNonNull(
                            connection.unwrap(RoutedConnection.class).lastDecision())
                    .node()
                    .name());
        }

        private static void await(CyclicBarrier barrier) {
            try {
                barrier.await(60, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Nested
    @WithReplicatedCluster(kind = ClusterKind.GALERA)
    @SpringBootTest(classes = ConflictApplication.class)
    class OnGalera extends Tests {}

    @Nested
    @WithReplicatedCluster(kind = ClusterKind.GROUP_REPLICATION)
    @SpringBootTest(classes = ConflictApplication.class)
    class OnGroupReplication extends Tests {}
}
