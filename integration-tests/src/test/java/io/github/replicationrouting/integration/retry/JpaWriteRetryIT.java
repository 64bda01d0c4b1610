package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.Book;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

/** A retried JPA write finds its entities as the first attempt found them, or it is not retried. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class JpaWriteRetryIT {

    private static final String CONFLICT = "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213";

    private final TestApplication app;
    private final EntityManager entities;
    private final AuthorRepository authors;
    private final String name = UUID.randomUUID().toString();
    private final long id = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
    private final List<String> nodes = new ArrayList<>();

    JpaWriteRetryIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                RetryJpaApplication.class,
                TestApplication.PATIENT,
                "replication.routing.writes.conflict-retries=2");
        entities = app.bean(EntityManager.class);
        authors = app.bean(AuthorRepository.class);
    }

    @BeforeEach
    void createTheTables() {
        createTable("stock (id BIGINT PRIMARY KEY, version INT, amount INT NOT NULL)");
        createTable("parcel (id BIGINT PRIMARY KEY, weight INT NOT NULL)");
        createTable("parcel_label (parcel_id BIGINT NOT NULL, labels VARCHAR(100))");
    }

    private void createTable(String definition) {
        app.cluster()
                .primary()
                .execute(List.of("CREATE TABLE IF NOT EXISTS " + app.cluster().database() + "." + definition));
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenTheCommitIsRefusedAGivenEntityShouldBePersistedOnce() {
        Author given = new Author(name);

        inTransaction(() -> {
            entities.persist(given);
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(app.countAuthorsOnPrimary(name)).isOne();
        assertThat(given.getId()).isEqualTo(idOnPrimary());
    }

    @Test
    void whenTheStatementIsRefusedAGivenEntityShouldBePersistedOnce() {
        Stock given = new Stock(id, 5);

        inTransaction(() -> {
            promoteInFirstAttempt();
            entities.persist(given);
        });

        assertRetried();
        assertThat(amountOnPrimary()).containsExactly(5);
        assertThat(given.getVersion()).isZero();
    }

    @Test
    void whenAnEntityHasAVersionItShouldBePersistedOnce() {
        Stock given = new Stock(id, 5);

        inTransaction(() -> {
            entities.persist(given);
            entities.flush();
            given.add(1);
            entities.flush();
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(amountOnPrimary()).containsExactly(6);
        assertThat(given.getVersion()).isOne();
    }

    @Test
    void whenAnEntityCascadesItAndItsPartsShouldBePersistedOnce() {
        Author given = new Author(name);
        Book book = new Book("first", given);
        given.getBooks().add(book);

        inTransaction(() -> {
            entities.persist(given);
            entities.persist(book);
            entities.flush();
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(app.countAuthorsOnPrimary(name)).isOne();
        assertThat(app.transactions().<Integer>newWrite(() -> app.jdbc()
                        .queryForObject("SELECT COUNT(*) FROM book WHERE author_id = ?", Integer.class, given.getId())))
                .isOne();
    }

    /** Hibernate sets a collection of its own in the embedded object. */
    @Test
    void whenACollectionIsEmbeddedItShouldBePersistedAgain() {
        Parcel given = new Parcel(id, name);
        given.weigh();

        inTransaction(() -> {
            entities.persist(given);
            entities.flush();
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(labelsOnPrimary()).containsExactly(name);
    }

    @Test
    void whenAListenerChangesTheEmbeddedObjectTheEntityShouldBePersistedAgain() {
        Parcel given = new Parcel(id, name);

        inTransaction(() -> {
            entities.persist(given);
            entities.flush();
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(given.getWeight()).isOne();
        assertThat(labelsOnPrimary()).containsExactly(name);
    }

    @Test
    void whenTheMethodChangesAnEmbeddedCollectionTheEntityShouldNotBePersistedAgain() {
        Parcel given = new Parcel(id, name);

        Throwable failure = catchThrowable(() -> inTransaction(() -> {
            entities.persist(given);
            given.label("fragile");
            entities.flush();
            promoteInFirstAttempt();
        }));

        assertFirstCause(failure, "read-only");
        assertThat(labelsOnPrimary()).isEmpty();
    }

    @Test
    void whenARepositorySavesInATemplateTheEntityShouldBeSavedOnce() {
        Author given = new Author(name);

        app.bean(TransactionTemplate.class).executeWithoutResult(status -> {
            authors.save(given);
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(app.countAuthorsOnPrimary(name)).isOne();
    }

    @Test
    void whenARepositoryAloneSavesTheEntityShouldBeSavedOnce() {
        Author given = new Author(name);

        authors.inWrite(() -> {
            authors.save(given);
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(app.countAuthorsOnPrimary(name)).isOne();
    }

    @Test
    void whenADetachedEntityIsMergedItShouldBeMergedAgain() {
        Author given = stored();
        given.setName("renamed " + name);

        inTransaction(() -> {
            entities.merge(given);
            entities.flush();
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(app.countAuthorsOnPrimary("renamed " + name)).isOne();
    }

    /** The method's change of it would be applied twice. */
    @Test
    void whenTheMethodChangesADetachedEntityItShouldNotBeMergedAgain() {
        Stock given = new Stock(id, 5);
        app.transactions().write(() -> {
            entities.persist(given);
            return null;
        });
        app.cluster().awaitReplicated();

        Throwable failure = catchThrowable(() -> inTransaction(() -> {
            given.add(1);
            entities.merge(given);
            entities.flush();
            promoteInFirstAttempt();
        }));

        assertFirstCause(failure, "read-only");
        assertThat(amountOnPrimary()).containsExactly(5);
    }

    @Test
    void whenTheMethodChangesAnEntityFirstItShouldNotBePersistedAgain() {
        Stock given = new Stock(id, 5);

        Throwable failure = catchThrowable(() -> inTransaction(() -> {
            given.add(1);
            entities.persist(given);
            entities.flush();
            promoteInFirstAttempt();
        }));

        assertFirstCause(failure, "read-only");
        assertThat(amountOnPrimary()).isEmpty();
    }

    /** The application ignores the failure and would commit a part. */
    @Test
    void whenTheMethodHidesTheFailureItShouldNotCommit() {
        Stock given = new Stock(id, 5);

        Throwable failure = catchThrowable(() -> inTransaction(() -> {
            app.insertAuthor(name);
            given.add(1);
            try {
                entities.persist(given);
                entities.flush();
            } catch (RuntimeException e) {
                nodes.add("hidden");
            }
            promoteInFirstAttempt();
        }));

        assertFirstCause(failure, "read-only");
        assertThat(nodes).contains("hidden");
        assertThat(app.countAuthorsOnPrimary(name)).isZero();
        assertThat(amountOnPrimary()).isEmpty();
    }

    @Test
    void whenThereIsAConflictAGivenEntityShouldBePersistedOnce() {
        Author given = new Author(name);

        inTransaction(() -> {
            entities.persist(given);
            conflictInFirstAttempt();
        });

        assertThat(nodes).hasSize(2);
        assertThat(app.countAuthorsOnPrimary(name)).isOne();
    }

    @Test
    void whenAChangedEntityMeetsAConflictItShouldNotBePersistedAgain() {
        Stock given = new Stock(id, 5);

        Throwable failure = catchThrowable(() -> inTransaction(() -> {
            given.add(1);
            entities.persist(given);
            entities.flush();
            conflictInFirstAttempt();
        }));

        assertFirstCause(failure, "user-defined exception");
        assertThat(amountOnPrimary()).isEmpty();
    }

    /** The first attempt published and cleared them, and the second attempt would publish none. */
    @Test
    void whenTheEventsOfAnEntityAreClearedItShouldNotBeSavedAgain() {
        Stock given = new Stock(id, 5);
        given.announce();
        StockRepository stocks = app.bean(StockRepository.class);

        Throwable failure = catchThrowable(() -> stocks.inWrite(() -> {
            stocks.save(given);
            entities.flush();
            promoteInFirstAttempt();
        }));

        assertFirstCause(failure, "read-only");
        assertThat(amountOnPrimary()).isEmpty();
    }

    @Test
    void whenTheMethodAddsEventsTheEntityShouldBeSavedOnce() {
        Stock given = new Stock(id, 5);
        StockRepository stocks = app.bean(StockRepository.class);

        inTransaction(() -> {
            given.announce();
            stocks.save(given);
            entities.flush();
            promoteInFirstAttempt();
        });

        assertRetried();
        assertThat(amountOnPrimary()).containsExactly(5);
    }

    private void inTransaction(Runnable work) {
        app.transactions().write(() -> {
            work.run();
            return null;
        });
    }

    private void inFirstAttempt(Consumer<String> fault) {
        String node = app.name(
                (Number) entities.createNativeQuery("SELECT @@server_id").getSingleResult());
        nodes.add(node);
        if (nodes.stream().filter(other -> !other.equals("hidden")).count() == 1) {
            fault.accept(node);
        }
    }

    /** From now on the old primary refuses every statement, also the commit. */
    private void promoteInFirstAttempt() {
        inFirstAttempt(node -> app.cluster().promote(app.cluster().node("db2")));
    }

    private void conflictInFirstAttempt() {
        inFirstAttempt(node -> entities.createNativeQuery(CONFLICT).executeUpdate());
    }

    /** A retry may still find the old primary, which refuses it again, until the monitor has seen the promotion. */
    private void assertRetried() {
        assertThat(nodes).startsWith("db1").endsWith("db2").hasSizeLessThanOrEqualTo(4);
    }

    private static void assertFirstCause(Throwable failure, String cause) {
        assertThat(failure).as("the first cause").isNotNull().hasStackTraceContaining(cause);
        assertThat(failure.getSuppressed()).as("why it was not retried").anySatisfy(note -> assertThat(note)
                .hasMessageContaining("not retried although")
                .hasMessageContaining("changed by an earlier attempt"));
    }

    private Author stored() {
        Author author = new Author(name);
        app.transactions().write(() -> {
            entities.persist(author);
            return null;
        });
        app.cluster().awaitReplicated();
        return author;
    }

    private Long idOnPrimary() {
        return app.transactions()
                .newWrite(() -> app.jdbc().queryForObject("SELECT id FROM author WHERE name = ?", Long.class, name));
    }

    private List<Integer> amountOnPrimary() {
        return app.transactions()
                .newWrite(() -> app.jdbc().queryForList("SELECT amount FROM stock WHERE id = ?", Integer.class, id));
    }

    private List<String> labelsOnPrimary() {
        return app.transactions().newWrite(() -> app.jdbc()
                .queryForList("SELECT labels FROM parcel_label WHERE parcel_id = ?", String.class, id));
    }
}
