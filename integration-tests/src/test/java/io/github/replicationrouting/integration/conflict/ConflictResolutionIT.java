package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.replicationrouting.conflict.ConflictResolution;
import io.github.replicationrouting.conflict.ConflictResolver;
import io.github.replicationrouting.conflict.UnresolvedConflictException;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.orm.ObjectOptimisticLockingFailureException;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Two editors of one entity with a version of JPA, through the routed data source. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class ConflictResolutionIT {

    /** The stock commutes; a title is mine where I changed it. */
    private static final ConflictResolver<Article> MERGE = (base, mine, theirs) -> {
        Article merged = theirs.stocked(mine.stock() - base.stock());
        return mine.title().equals(base.title()) ? merged : merged.titled(mine.title());
    };

    private final TestApplication app;
    private final EntityManager entities;
    private final ArticleStore store;
    private final ConflictResolution<Article> resolution;
    private final long id = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);

    ConflictResolutionIT(Stack stack, Applications applications) {
        app = applications.get(
                stack, ConflictApplication.class, TestApplication.PATIENT, "replication.routing.reads.max-lag=1h");
        entities = app.bean(EntityManager.class);
        store = new ArticleStore(entities);
        resolution = new ConflictResolution<>(app.bean(TransactionTemplate.class), store);
    }

    @BeforeEach
    void createTheArticle() {
        app.cluster()
                .primary()
                .execute(List.of("CREATE TABLE IF NOT EXISTS " + app.cluster().database()
                        + ".article (id BIGINT PRIMARY KEY, version INT, title VARCHAR(50), stock INT NOT NULL)"));
        app.transactions().write(() -> {
            entities.persist(new Article(id, "tea", 10));
            return id;
        });
        app.cluster().awaitReplicated();
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenTwoEditorsMeetShouldStoreWhatBothChanged() {
        Article ofFirst = read();
        Article ofSecond = read();
        resolution.save(ofFirst, ofFirst.titled("green tea"), MERGE);

        Article saved = resolution.save(ofSecond, ofSecond.stocked(-3), MERGE);

        assertThat(saved.version()).isEqualTo(2);
        assertStored("green tea", 7, 2);
    }

    @Test
    void whenReplicasAreLateShouldResolveAgainstWhatThePrimaryHas() {
        app.cluster().replicas().forEach(ClusterNode::stopApplier);
        Article base = read();
        resolution.save(base, base.titled("green tea"), MERGE);
        assertThat(read().title()).as("what a replica has").isEqualTo("tea");
        List<String> theirs = new ArrayList<>();

        resolution.save(read(), base.stocked(-3), (ofBase, ofMine, ofTheirs) -> {
            theirs.add(ofTheirs.title());
            return MERGE.resolve(ofBase, ofMine, ofTheirs);
        });

        assertThat(theirs).containsExactly("green tea");
        assertStored("green tea", 7, 2);
    }

    /** Both load the same version, so that in each round one of them fails at its COMMIT, and resolves. */
    @Test
    void whenTwoEditorsSaveConcurrentlyShouldLoseNoChange() throws Exception {
        int rounds = 20;
        CyclicBarrier bothHaveLoaded = new CyclicBarrier(2);
        AtomicInteger conflicts = new AtomicInteger();
        List<CompletableFuture<Void>> editors = new ArrayList<>();
        List<ArticleStore> stores = new ArrayList<>();
        for (int editor = 0; editor < 2; editor++) {
            AtomicInteger attempts = new AtomicInteger();
            ArticleStore own = new ArticleStore(entities).afterLoad(() -> {
                if (attempts.incrementAndGet() == 1) {
                    await(bothHaveLoaded);
                }
            });
            stores.add(own);
            ConflictResolution<Article> save = new ConflictResolution<>(app.bean(TransactionTemplate.class), own);
            editors.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < rounds; round++) {
                    attempts.set(0);
                    Article base = read();
                    save.save(base, base.stocked(1), (ofBase, ofMine, ofTheirs) -> {
                        conflicts.incrementAndGet();
                        return MERGE.resolve(ofBase, ofMine, ofTheirs);
                    });
                }
            }));
        }
        CompletableFuture.allOf(editors.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);

        assertStored("tea", 10 + 2 * rounds, 2 * rounds);
        assertThat(stores.stream().mapToInt(ArticleStore::loads).sum())
                .as("attempts, of which one in each round lost")
                .isGreaterThanOrEqualTo(3 * rounds);
        assertThat(conflicts).hasValueGreaterThanOrEqualTo(rounds);
    }

    @Test
    void whenTheirsIsKeptShouldWriteNothing() {
        Article base = read();
        resolution.save(base, base.titled("green tea"), MERGE);

        Article saved = resolution.save(base, base.titled("white tea"), ConflictResolver.keepTheirs());

        assertThat(saved.title()).isEqualTo("green tea");
        assertStored("green tea", 10, 1);
    }

    @Test
    void whenMineIsKeptShouldOverwriteTheirs() {
        Article base = read();
        resolution.save(base, base.titled("green tea"), MERGE);

        resolution.save(base, base.stocked(1), ConflictResolver.keepMine());

        assertStored("tea", 11, 2);
    }

    @Test
    void whenOthersChangeItBeforeEachSaveShouldGiveUp() {
        Article base = read();
        store.afterLoad(() -> app.cluster()
                .primary()
                .execute(List.of("UPDATE " + app.cluster().database()
                        + ".article SET version = version + 1, stock = stock + 1 WHERE id = " + id)));

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> resolution.save(base, base.titled("green tea"), MERGE))
                .withCauseInstanceOf(ObjectOptimisticLockingFailureException.class);

        assertThat(store.loads()).isEqualTo(ConflictResolution.DEFAULT_MAX_ATTEMPTS);
        assertStored("tea", 15, 5);
    }

    @Test
    void whenItWasDeletedShouldNotInsertIt() {
        Article base = read();
        app.transactions().write(() -> app.jdbc().update("DELETE FROM article WHERE id = ?", id));

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> resolution.save(base, base.stocked(1), ConflictResolver.keepMine()));

        assertThat(app.transactions().<Article>write(() -> entities.find(Article.class, id)))
                .isNull();
    }

    @Test
    void whenATransactionIsOpenShouldRefuse() {
        Article base = read();

        assertThatIllegalStateException()
                .isThrownBy(() -> app.transactions().write(() -> resolution.save(base, base.stocked(1), MERGE)))
                .withMessageContaining("inside a transaction");
        assertStored("tea", 10, 0);
    }

    /** The persistence context returns the entity that it has, and that is what the user saw. */
    @Test
    void whenBaseIsAttachedToAnOpenSessionShouldRefuse() {
        inOpenSession(() -> {
            Article base = read();
            assertThatIllegalStateException()
                    .isThrownBy(() -> resolution.save(base, base.stocked(1), MERGE))
                    .withMessageContaining("persistence context");
            return base;
        });
        assertStored("tea", 10, 0);
    }

    /** The first attempt loads the stale entity of the session; its failure clears the session. */
    @Test
    void whenAnOpenSessionHasAStaleEntityShouldResolveAgainstWhatIsStored() {
        Article base = read();
        Article saved = inOpenSession(() -> {
            read();
            CompletableFuture.runAsync(() -> resolution.save(base, base.titled("green tea"), MERGE))
                    .join();
            return resolution.save(base, base.stocked(-3), MERGE);
        });

        assertThat(store.loads()).isEqualTo(3);
        assertThat(saved.title()).isEqualTo("green tea");
        assertStored("green tea", 7, 2);
    }

    private Article read() {
        return app.transactions().readOnly(() -> entities.find(Article.class, id));
    }

    private void assertStored(String title, int stock, int version) {
        Article stored = Objects.requireNonNull(app.transactions().newWrite(() -> entities.find(Article.class, id)));
        assertThat(List.of(stored.title(), stored.stock(), stored.version())).isEqualTo(List.of(title, stock, version));
    }

    private <T> T inOpenSession(Supplier<T> request) {
        EntityManagerFactory factory = app.bean(EntityManagerFactory.class);
        try (EntityManager session = factory.createEntityManager()) {
            TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(session));
            try {
                return request.get();
            } finally {
                TransactionSynchronizationManager.unbindResource(factory);
            }
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
