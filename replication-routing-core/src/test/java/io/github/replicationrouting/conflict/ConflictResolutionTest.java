package io.github.replicationrouting.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.resilience4j.core.IntervalFunction;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

class ConflictResolutionTest {

    private static final int MAX_ATTEMPTS = 3;

    /** Adds what each of both has changed: the amounts commute, and a name is mine where I changed it. */
    private static final ConflictResolver<Product> MERGE =
            (base, mine, theirs) -> theirs.withAmount(theirs.amount() + mine.amount() - base.amount())
                    .withName(mine.name().equals(base.name()) ? theirs.name() : mine.name());

    private final ProductTable table = new ProductTable();
    private final RecordingTransactionManager manager = new RecordingTransactionManager(table.dataSource());
    private final TransactionTemplate transactions = new TransactionTemplate(manager);
    private final ConflictResolution<Product> resolution = resolution(transactions);

    private final Product base = table.stored();
    private final Product mine = base.withAmount(9);

    private ConflictResolution<Product> resolution(TransactionOperations operations) {
        return new ConflictResolution<>(operations, table, MAX_ATTEMPTS, IntervalFunction.of(1));
    }

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void whenTheVersionIsUnchangedShouldWriteMineWithoutTheResolver() {
        Product saved = resolution.save(base, mine, refusing());

        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 2, "tea", 9, null));
        assertThat(manager.log()).containsExactly("begin", "commit");
    }

    @Test
    void whenTheVersionHasChangedShouldGiveTheResolverBaseMineAndTheirs() {
        table.otherSaves(base.withName("green tea"));
        List<Product> seen = new ArrayList<>();

        Product saved = resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> {
            seen.addAll(List.of(ofBase, ofMine, ofTheirs));
            return MERGE.resolve(ofBase, ofMine, ofTheirs);
        });

        assertThat(seen).containsExactly(base, mine, new Product(1, 2, "green tea", 10, null));
        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 3, "green tea", 9, null));
        assertThat(manager.log()).containsExactly("begin", "commit");
    }

    @Test
    void whenMineIsKeptShouldOverwriteTheirs() {
        table.otherSaves(base.withName("green tea"));

        Product saved = resolution.save(base, mine, ConflictResolver.keepMine());

        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 3, "tea", 9, null));
    }

    @Test
    void whenTheirsIsKeptShouldWriteNothingAndReturnTheirs() {
        table.otherSaves(base.withName("green tea"));

        Product saved = resolution.save(base, mine, ConflictResolver.keepTheirs());

        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 2, "green tea", 10, null));
        assertThat(table.saves()).isZero();
    }

    @Test
    void whenTheirsIsKeptButTheVersionIsUnchangedShouldWriteMine() {
        Product saved = resolution.save(base, mine, ConflictResolver.keepTheirs());

        assertThat(saved).isEqualTo(table.stored()).returns(9, Product::amount);
    }

    /** The resolver may have changed a mutable entity in place. */
    @Test
    void whenTheResolverReturnsTheirsItselfShouldWriteIt() {
        table.otherSaves(base.withName("green tea"));

        Product saved = resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> ofTheirs);

        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 3, "green tea", 10, null));
        assertThat(table.saves()).isOne();
    }

    @Test
    void whenTheirsChangesAgainBeforeTheSaveShouldResolveAgainInANewTransaction() {
        table.otherSaves(base.withName("green tea"));
        table.afterLoad(once(() -> table.otherSaves(base.withName("white tea").withAmount(7))));
        List<String> names = new ArrayList<>();

        Product saved = resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> {
            names.add(ofTheirs.name());
            return MERGE.resolve(ofBase, ofMine, ofTheirs);
        });

        assertThat(names).containsExactly("green tea", "white tea");
        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 4, "white tea", 6, null));
        assertThat(manager.log()).containsExactly("begin", "rollback", "begin", "commit");
    }

    @Test
    void whenTheirsChangesForTheFirstTimeBeforeTheSaveShouldResolve() {
        table.afterLoad(once(() -> table.otherSaves(base.withName("green tea"))));

        Product saved = resolution.save(base, mine, MERGE);

        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 3, "green tea", 9, null));
        assertThat(manager.log()).containsExactly("begin", "rollback", "begin", "commit");
    }

    @Test
    void whenTheirsChangesBeforeEachSaveShouldGiveUpAndLeaveTheirs() {
        AtomicInteger others = new AtomicInteger();
        table.afterLoad(() -> table.otherSaves(base.withAmount(others.incrementAndGet())));

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> resolution.save(base, mine, MERGE))
                .withMessageContainingAll("Product", "3 attempts", "nothing of this change is stored", "Load it again")
                .withCauseInstanceOf(OptimisticLockingFailureException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .hasSize(2)
                        .allSatisfy(
                                earlier -> assertThat(earlier).isInstanceOf(OptimisticLockingFailureException.class)));

        assertThat(table.loads()).isEqualTo(MAX_ATTEMPTS);
        assertThat(table.stored()).returns(MAX_ATTEMPTS, Product::amount);
        assertThat(manager.log()).hasSize(2 * MAX_ATTEMPTS).doesNotContain("commit");
    }

    @Test
    void whenOneAttemptIsAllowedShouldNotRetry() {
        table.beforeSave(() -> {
            throw new CannotAcquireLockException("deadlock");
        });

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> new ConflictResolution<>(transactions, table, 1).save(base, mine, MERGE))
                .withMessageContaining("1 attempt to save");
        assertThat(table.loads()).isOne();
    }

    @Test
    void whenTheDatabaseRollsBackAtTheSaveShouldTryAgain() {
        table.beforeSave(once(() -> {
            throw new CannotAcquireLockException("deadlock");
        }));

        assertThat(resolution.save(base, mine, MERGE)).isEqualTo(table.stored()).returns(9, Product::amount);
        assertThat(manager.log()).containsExactly("begin", "rollback", "begin", "commit");
    }

    @Test
    void whenTheDatabaseRollsBackAtTheCommitShouldLoadTheirsAnew() {
        manager.failNextCommit(new ConcurrencyFailureException("certification"));

        Product saved = resolution.save(base, mine, MERGE);

        assertThat(saved).isEqualTo(table.stored()).isEqualTo(new Product(1, 2, "tea", 9, null));
        assertThat(table.loads()).isEqualTo(2);
    }

    /** As by transaction managers that translate no exceptions, or do not know the error of a database. */
    @Test
    void whenTheDatabaseRollsBackButTheExceptionIsNotTranslatedShouldTryAgain() {
        manager.failNextCommit(new TransactionSystemException(
                "Could not commit", new IllegalStateException(new SQLTransactionRollbackException("1020"))));

        assertThat(resolution.save(base, mine, MERGE)).isEqualTo(table.stored()).returns(9, Product::amount);
        assertThat(table.loads()).isEqualTo(2);
    }

    @Test
    void whenTheResolverRefusesBecauseOfARollbackShouldNotTryAgain() {
        table.otherSaves(base.withName("green tea"));

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> {
                    throw new UnresolvedConflictException("refused", new SQLTransactionRollbackException("1213"));
                }))
                .withMessage("refused");
        assertThat(table.loads()).isOne();
    }

    /** It may have been committed: another attempt could apply the change twice. */
    @Test
    void whenTheOutcomeOfACommitIsUnknownShouldNotTryAgain() {
        RuntimeException unknown = new DataAccessResourceFailureException("connection lost");
        manager.failNextCommit(unknown);

        assertThatExceptionOfType(DataAccessResourceFailureException.class)
                .isThrownBy(() -> resolution.save(base, mine, MERGE))
                .isSameAs(unknown);
        assertThat(table.loads()).isOne();
    }

    @Test
    void whenATransactionIsOpenShouldRefuse() {
        assertThatIllegalStateException()
                .isThrownBy(() -> transactions.execute(status -> resolution.save(base, mine, MERGE)))
                .withMessageContainingAll("inside a transaction", "outside");
        assertThat(table.loads()).isZero();
    }

    @Test
    void whenATransactionIsOpenShouldRefuseAlsoWhereANewOneWouldBegin() {
        TransactionTemplate suspending = new TransactionTemplate(manager);
        suspending.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);

        assertThatIllegalStateException()
                .isThrownBy(() ->
                        transactions.execute(status -> resolution(suspending).save(base, mine, MERGE)))
                .withMessageContaining("inside a transaction");
        assertThat(table.loads()).isZero();
    }

    @Test
    void whenTheOperationsBeginNoTransactionShouldRefuse() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        resolution(TransactionOperations.withoutTransaction()).save(base, mine, MERGE))
                .withMessageContaining("no new transaction");
        assertThat(table.loads()).isZero();
    }

    @Test
    void whenTheTransactionsAreReadOnlyShouldRefuse() {
        TransactionTemplate readOnly = new TransactionTemplate(manager);
        readOnly.setReadOnly(true);

        assertThatIllegalStateException()
                .isThrownBy(() -> resolution(readOnly).save(base, mine, MERGE))
                .withMessageContainingAll("read-only", "replica");
        assertThat(table.loads()).isZero();
    }

    @Test
    void whenTheResolverThrowsShouldThrowItAndWriteNothing() {
        table.otherSaves(base.withName("green tea"));
        RuntimeException failure = new IllegalArgumentException("ask the user");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(manager.log()).containsExactly("begin", "rollback");
        assertThat(table.stored()).returns("green tea", Product::name).returns(10, Product::amount);
    }

    @Test
    void whenTheResolverRefusesTheConflictShouldNotTryAgain() {
        table.otherSaves(base.withName("green tea"));
        UnresolvedConflictException failure = new UnresolvedConflictException("both changed the name");

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(manager.log()).containsExactly("begin", "rollback");
    }

    @Test
    void whenAStatementOfTheResolverLosesAConflictShouldTryAgain() {
        table.otherSaves(base.withName("green tea"));
        Runnable statement = once(() -> {
            throw new CannotAcquireLockException("deadlock");
        });

        resolution.save(base, mine, (ofBase, ofMine, ofTheirs) -> {
            statement.run();
            return MERGE.resolve(ofBase, ofMine, ofTheirs);
        });

        assertThat(table.stored()).isEqualTo(new Product(1, 3, "green tea", 9, null));
    }

    @Test
    void whenTheRowWasDeletedShouldRefuseAndNotInsertIt() {
        table.otherDeletes();

        for (ConflictResolver<Product> resolver :
                List.of(ConflictResolver.<Product>keepMine(), ConflictResolver.<Product>keepTheirs(), MERGE)) {
            assertThatExceptionOfType(UnresolvedConflictException.class)
                    .isThrownBy(() -> resolution.save(base, mine, resolver))
                    .withMessageContainingAll("Product", "deleted");
        }
        assertThat(table.loads()).isEqualTo(3);
        assertThat(table.isEmpty()).isTrue();
    }

    @Test
    void whenTheRowIsDeletedBeforeTheSaveShouldRefuse() {
        table.afterLoad(once(table::otherDeletes));

        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> resolution.save(base, mine, MERGE))
                .withMessageContaining("deleted");
        assertThat(table.loads()).isEqualTo(2);
        assertThat(table.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenTheStoreReturnsAnObjectOfTheCallerShouldRefuse(boolean returnsBase) {
        VersionedStore<Product> cache = new VersionedStore<>() {
            @Override
            public @Nullable Object version(Product product) {
                return product.version();
            }

            @Override
            public Product load(Product loaded) {
                return returnsBase ? base : mine;
            }

            @Override
            public Product save(Product stored, Product changed) {
                throw new AssertionError("saved over an object that was not loaded");
            }
        };

        assertThatIllegalStateException()
                .isThrownBy(() -> new ConflictResolution<>(transactions, cache).save(base, mine, MERGE))
                .withMessageContainingAll("persistence context", "detach");
    }

    @Test
    void whenBaseAndMineAreOneObjectShouldRefuse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resolution.save(base, base, MERGE))
                .withMessageContaining("same object");
    }

    @Test
    void whenBaseHasNoVersionShouldRefuse() {
        Product unsaved = new Product(1, null, "tea", 10, null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> resolution.save(unsaved, mine, MERGE))
                .withMessageContaining("no version");
        assertThat(table.loads()).isZero();
    }

    @Test
    void whenNoAttemptIsAllowedShouldRefuse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConflictResolution<>(transactions, table, 0))
                .withMessageContaining("but is 0");
    }

    @Test
    void whenTheThreadIsInterruptedShouldStopAndStayInterrupted() {
        table.beforeSave(() -> {
            Thread.currentThread().interrupt();
            throw new CannotAcquireLockException("deadlock");
        });

        try {
            assertThatExceptionOfType(UnresolvedConflictException.class)
                    .isThrownBy(() -> resolution.save(base, mine, MERGE))
                    .withMessageContaining("interrupted")
                    .withCauseInstanceOf(CannotAcquireLockException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(table.loads()).isOne();
    }

    @Test
    void whenAttemptsFailShouldPauseLongerAndLonger() {
        List<Integer> pauses = new ArrayList<>();
        table.beforeSave(() -> {
            throw new CannotAcquireLockException("deadlock");
        });
        ConflictResolution<Product> pausing = new ConflictResolution<>(transactions, table, 4, failures -> {
            pauses.add(failures);
            return Duration.ofMillis(1).toMillis();
        });

        assertThatExceptionOfType(UnresolvedConflictException.class).isThrownBy(() -> pausing.save(base, mine, MERGE));
        assertThat(pauses).containsExactly(1, 2, 3);
    }

    private static ConflictResolver<Product> refusing() {
        return (ofBase, ofMine, ofTheirs) -> {
            throw new AssertionError("there is no conflict");
        };
    }

    private static Runnable once(Runnable work) {
        AtomicInteger calls = new AtomicInteger();
        return () -> {
            if (calls.incrementAndGet() == 1) {
                work.run();
            }
        };
    }
}
