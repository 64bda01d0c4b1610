package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The behaviour with every transaction manager. */
abstract class TransactionRoutingTests {

    final TestApplication app;
    final Transactions transactions;
    final String author = UUID.randomUUID().toString();

    TransactionRoutingTests(Stack stack, Applications applications, Class<?> configuration) {
        app = applications.get(stack, configuration, TestApplication.PATIENT);
        transactions = app.transactions();
    }

    @Test
    void whenTransactionsAreReadOnlyBothReplicasShouldServe() {
        app.assertSpreadsOverReplicas(() -> transactions.readOnly(app::node));
    }

    @Test
    void whenATransactionIsReadOnlyItShouldStayOnOneReplica() {
        for (int i = 0; i < 20; i++) {
            List<String> nodes = transactions.readOnly(() -> List.of(app.node(), app.node(), app.node()));
            assertThat(nodes).containsOnly(nodes.get(0)).isSubsetOf(app.replicas());
        }
    }

    @Test
    void whenATransactionWritesThePrimaryShouldServeItAndReplicasFollow() {
        String node = transactions.write(() -> {
            app.insertAuthor(author);
            return app.node();
        });
        assertThat(node).isEqualTo(app.primary());
        app.cluster().awaitReplicated();
        app.assertSpreadsOverReplicas(() -> transactions.readOnly(() -> {
            assertThat(app.countAuthors(author)).isOne();
            return app.node();
        }));
    }

    @Test
    void whenAWriteIsRolledBackItShouldLeaveNothing() {
        assertThatThrownBy(() -> transactions.write(() -> {
                    app.insertAuthor(author);
                    throw new IllegalStateException("the application's own");
                }))
                .hasMessage("the application's own");
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
    }

    @Test
    void whenStatementsAreOutsideTransactionsThePrimaryShouldServe() {
        for (int i = 0; i < 10; i++) {
            assertThat(app.node()).isEqualTo(app.primary());
        }
        app.insertAuthor(author);
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenATransactionJoinsItShouldKeepTheOuterRoute() {
        List<String> inWrite =
                transactions.write(() -> List.of(app.node(), transactions.readOnly(app::node), app.node()));
        assertThat(inWrite).containsOnly(app.primary());

        List<String> inRead =
                transactions.readOnly(() -> List.of(app.node(), transactions.write(app::node), app.node()));
        assertThat(inRead).containsOnly(inRead.get(0)).isSubsetOf(app.replicas());
    }

    @Test
    void whenARequiresNewWriteIsInsideAReadThePrimaryShouldServe() {
        List<String> nodes = transactions.readOnly(() -> List.of(
                app.node(),
                transactions.newWrite(() -> {
                    app.insertAuthor(author);
                    return app.node();
                }),
                app.node()));
        assertThat(nodes.get(0)).isIn(app.replicas());
        assertThat(nodes.get(1)).isEqualTo(app.primary());
        assertThat(nodes.get(2)).isEqualTo(nodes.get(0));
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenARequiresNewReadIsInsideAWriteAReplicaShouldServe() {
        List<String> nodes = transactions.write(() -> {
            app.insertAuthor(author);
            return List.of(app.node(), transactions.newReadOnly(app::node), app.node());
        });
        assertThat(nodes.get(0)).isEqualTo(app.primary());
        assertThat(nodes.get(1)).isIn(app.replicas());
        assertThat(nodes.get(2)).isEqualTo(app.primary());
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenSupportsRunsWithoutATransactionThePrimaryShouldServe() {
        for (int i = 0; i < 10; i++) {
            assertThat(transactions.supportsReadOnly(app::node)).isEqualTo(app.primary());
        }
    }

    @Test
    void whenSupportsRunsInsideATransactionItShouldJoin() {
        List<String> inRead =
                transactions.readOnly(() -> List.of(app.node(), transactions.supportsReadOnly(app::node)));
        assertThat(inRead).containsOnly(inRead.get(0)).isSubsetOf(app.replicas());
        assertThat(transactions.write(() -> transactions.supportsReadOnly(app::node)))
                .isEqualTo(app.primary());
    }

    @Test
    void whenNotSupportedIsInsideAReadThePrimaryShouldServeImmediately() {
        List<String> nodes = transactions.readOnly(() -> List.of(
                app.node(),
                transactions.notSupported(() -> {
                    app.insertAuthor(author);
                    return app.node();
                }),
                app.node()));
        assertThat(nodes.get(0)).isIn(app.replicas());
        assertThat(nodes.get(1)).isEqualTo(app.primary());
        assertThat(nodes.get(2)).isEqualTo(nodes.get(0));
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenTransactionTemplateIsUsedItShouldBeRouted() {
        TransactionTemplate reading = new TransactionTemplate(manager());
        reading.setReadOnly(true);
        app.assertSpreadsOverReplicas(() -> reading.execute(status -> app.node()));

        TransactionTemplate writing = new TransactionTemplate(manager());
        assertThat(writing.<String>execute(status -> app.node())).isEqualTo(app.primary());
    }

    @Test
    void whenTheTransactionManagerIsCalledDirectlyItShouldBeRouted() {
        DefaultTransactionDefinition readOnly = new DefaultTransactionDefinition();
        readOnly.setReadOnly(true);
        TransactionStatus reading = manager().getTransaction(readOnly);
        assertThat(app.node()).isIn(app.replicas());
        manager().commit(reading);

        TransactionStatus rolledBack = manager().getTransaction(TransactionDefinition.withDefaults());
        app.insertAuthor(author);
        assertThat(app.node()).isEqualTo(app.primary());
        manager().rollback(rolledBack);
        assertThat(app.countAuthorsOnPrimary(author)).isZero();

        TransactionStatus committed = manager().getTransaction(TransactionDefinition.withDefaults());
        app.insertAuthor(author);
        manager().commit(committed);
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    /** More often than a pool has connections, so that each is reused after its failure. */
    @Test
    void whenAReadOnlyTransactionWritesItShouldFailAndKeepTheConnection() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> transactions.readOnly(() -> {
                        app.insertAuthor(author);
                        return null;
                    }))
                    .isInstanceOf(DataAccessException.class)
                    .hasStackTraceContaining("A write in a read-only transaction")
                    .hasStackTraceContaining("REQUIRES_NEW");
        }
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
        app.assertSpreadsOverReplicas(() -> transactions.readOnly(app::node));
        whenATransactionWritesThePrimaryShouldServeItAndReplicasFollow();
    }

    @Test
    void whenAWriteJoinsAReadOnlyTransactionItShouldFailAndReadsContinue() {
        List<String> nodes = transactions.readOnly(() -> {
            String before = app.node();
            assertThatThrownBy(() -> app.insertAuthor(author))
                    .isInstanceOf(DataAccessException.class)
                    .hasStackTraceContaining("A write in a read-only transaction, which runs on node " + before);
            return List.of(before, app.node());
        });
        assertThat(nodes).containsOnly(nodes.get(0)).isSubsetOf(app.replicas());
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
    }

    @Test
    void whenATransactionIsEmptyItShouldTakeNoConnection() {
        assertThat(transactions.<Integer>readOnly(app::held)).isZero();
        assertThat(transactions.<Integer>write(app::held)).isZero();
        assertThat(transactions.<Integer>write(() -> {
                    app.node();
                    return app.held();
                }))
                .isOne();
        assertThat(app.held()).isZero();
    }

    private PlatformTransactionManager manager() {
        return app.bean(PlatformTransactionManager.class);
    }
}
