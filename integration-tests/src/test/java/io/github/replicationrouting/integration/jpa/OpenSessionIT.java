package io.github.replicationrouting.integration.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.Book;
import io.github.replicationrouting.integration.support.JpaApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** One persistence context over several transactions, as open-session-in-view keeps it for a web request. */
@Tag("essential")
@ParameterizedClass
@MethodSource("variants")
@ExtendWith(Applications.Extension.class)
class OpenSessionIT {

    private final TestApplication app;
    private final Transactions transactions;
    private final EntityManager entities;
    private final PhysicalConnectionHandlingMode mode;
    private final boolean autoCommit;
    private final String author = UUID.randomUUID().toString();

    static Stream<Arguments> variants() {
        List<Arguments> variants = new ArrayList<>();
        for (Stack stack : Stack.enabled(Stack.MYSQL, Stack.MARIADB).toList()) {
            for (PhysicalConnectionHandlingMode mode : List.of(
                    PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_HOLD,
                    PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION)) {
                variants.add(Arguments.of(stack, mode, true));
                variants.add(Arguments.of(stack, mode, false));
            }
        }
        return variants.stream();
    }

    /** @param autoCommit of the pools; where it is off, Hibernate is configured for that and never sets it. */
    OpenSessionIT(Stack stack, PhysicalConnectionHandlingMode mode, boolean autoCommit, Applications applications) {
        app = applications.get(
                stack,
                JpaApplication.class,
                TestApplication.PATIENT,
                "spring.jpa.properties.hibernate.connection.handling_mode=" + mode,
                "spring.jpa.properties.hibernate.connection.provider_disables_autocommit=" + !autoCommit,
                "replication.routing.hikari.auto-commit=" + autoCommit);
        transactions = app.transactions();
        entities = app.bean(EntityManager.class);
        this.mode = mode;
        this.autoCommit = autoCommit;
    }

    @Test
    void whenStartedTheConnectionHandlingModeShouldBeInUse() {
        assertThat(app.bean(EntityManagerFactory.class)
                        .unwrap(SessionFactoryImplementor.class)
                        .getSessionFactoryOptions()
                        .getPhysicalConnectionHandlingMode())
                .isEqualTo(mode);
    }

    @Test
    void whenASessionReadsAndWritesEachShouldGoToTheRightNode() {
        for (int i = 0; i < 5; i++) {
            List<String> nodes = inOpenSession(() -> List.of(
                    transactions.readOnly(this::node),
                    transactions.write(() -> {
                        entities.persist(new Author(author));
                        return node();
                    }),
                    transactions.readOnly(this::node)));
            assertThat(nodes.get(0)).isIn(app.replicas());
            assertThat(nodes.get(1)).isEqualTo(app.primary());
            assertThat(nodes.get(2)).isIn(app.replicas());
        }
        assertThat(app.countAuthorsOnPrimary(author)).isEqualTo(5);
    }

    @Test
    void whenASessionReadsOftenBothReplicasShouldServe() {
        inOpenSession(() -> {
            app.assertSpreadsOverReplicas(() -> transactions.readOnly(this::node));
            return null;
        });
    }

    @Test
    void whenAnEntityOfAReplicaChangesThePrimaryShouldWriteIt() {
        Long id = persistAuthorWithBook();
        inOpenSession(() -> {
            Author read = transactions.readOnly(() -> entities.find(Author.class, id));
            return transactions.write(() -> {
                entities.merge(read).setName(author + "-renamed");
                return null;
            });
        });
        assertThat(app.countAuthorsOnPrimary(author + "-renamed")).isOne();
    }

    @Test
    void whenAViewIsRenderedNoConnectionShouldBeHeld() {
        Long id = persistAuthorWithBook();
        inOpenSession(() -> {
            transactions.readOnly(() -> entities.find(Author.class, id));
            assertThat(app.held()).as("after a read").isZero();
            transactions.write(() -> entities.find(Author.class, id));
            assertThat(app.held()).as("after a write transaction").isZero();
            return null;
        });
    }

    /**
     * Where the pools do not use auto-commit, lazy loading begins a transaction that is never ended, so that a session
     * that holds its connection keeps one from then on; such an application has configured that explicitly.
     */
    @Test
    void whenTheViewLoadsLazilyItsConnectionShouldBeReleased() {
        Long id = persistAuthorWithBook();
        inOpenSession(() -> {
            Author read = transactions.readOnly(() -> entities.find(Author.class, id));
            assertThat(read.getBooks()).extracting(Book::getTitle).containsExactly("first");
            boolean mayHold = !autoCommit && mode == PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_HOLD;
            assertThat(app.held()).isLessThanOrEqualTo(mayHold ? 1 : 0);

            assertThat(transactions.write(this::node)).isEqualTo(app.primary());
            assertThat(transactions.readOnly(this::node)).isIn(app.replicas());
            assertThat(app.held()).isZero();
            return null;
        });
        assertThat(app.held()).isZero();
    }

    @Test
    void whenAReadLosesItsNodeTheNextTransactionsShouldWork() {
        inOpenSession(() -> {
            assertThatThrownBy(() -> transactions.readOnly(this::loseConnection))
                    .satisfies(this::reportsLoss);
            // Each retry lost its connection too, so that both replicas may be suspected.
            app.awaitAllEligible();
            assertThat(transactions.readOnly(this::node)).isIn(app.replicas());
            assertThat(transactions.write(this::node)).isEqualTo(app.primary());
            return null;
        });
    }

    @Test
    void whenAWriteLosesItsNodeTheNextTransactionsShouldWork() {
        inOpenSession(() -> {
            assertThatThrownBy(() -> transactions.write(this::loseConnection)).satisfies(this::reportsLoss);
            assertThat(transactions.readOnly(this::node)).isIn(app.replicas());
            assertThat(transactions.write(() -> {
                        entities.persist(new Author(author));
                        return node();
                    }))
                    .isEqualTo(app.primary());
            return null;
        });
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    /** Kills the connection of the current transaction on its server, and then uses it. */
    private String loseConnection() {
        Object[] row = (Object[]) entities.createNativeQuery("SELECT @@server_id, CONNECTION_ID()")
                .getSingleResult();
        app.cluster().node(app.name((Number) row[0])).killSession(((Number) row[1]).longValue());
        return node();
    }

    private void reportsLoss(Throwable failure) {
        assertThat(Stream.iterate(failure, Objects::nonNull, Throwable::getCause))
                .filteredOn(SQLException.class::isInstance)
                .extracting(cause -> ((SQLException) cause).getSQLState())
                .anyMatch(state -> state != null && state.startsWith("08"));
    }

    @Test
    void whenAfterCommitWritesTheWriteShouldBeCommitted() {
        assumeTrue(autoCommit, "out of auto-commit nothing but another transaction commits it, with any pool");
        inOpenSession(() -> transactions.write(() -> {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    app.insertAuthor(author);
                }
            });
            return node();
        }));
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
        assertThat(app.held()).isZero();
    }

    private Long persistAuthorWithBook() {
        Author stored = transactions.write(() -> {
            Author fresh = new Author(author);
            entities.persist(fresh);
            entities.persist(new Book("first", fresh));
            return fresh;
        });
        app.cluster().awaitReplicated();
        return stored.getId();
    }

    private <T> T inOpenSession(Supplier<T> request) {
        EntityManagerFactory factory = app.bean(EntityManagerFactory.class);
        EntityManager session = factory.createEntityManager();
        TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(session));
        try {
            return request.get();
        } finally {
            TransactionSynchronizationManager.unbindResource(factory);
            EntityManagerFactoryUtils.closeEntityManager(session);
        }
    }

    private String node() {
        return app.name(
                (Number) entities.createNativeQuery("SELECT @@server_id").getSingleResult());
    }
}
