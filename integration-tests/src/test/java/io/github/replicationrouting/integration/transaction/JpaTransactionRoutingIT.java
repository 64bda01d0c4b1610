package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.JpaApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** Hibernate does not start on MariaDB through Connector/J, with or without a router. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class JpaTransactionRoutingIT extends TransactionRoutingTests {

    private final EntityManager entities;

    JpaTransactionRoutingIT(Stack stack, Applications applications) {
        super(stack, applications, JpaApplication.class);
        entities = app.bean(EntityManager.class);
    }

    @Test
    void whenStartedTheJpaTransactionManagerShouldBeInUse() {
        assertThat(app.bean(PlatformTransactionManager.class)).isInstanceOf(JpaTransactionManager.class);
    }

    @Test
    void whenAnEntityManagerIsUsedItShouldFollowTheTransaction() {
        app.assertSpreadsOverReplicas(() -> transactions.readOnly(this::nodeOfEntityManager));
        assertThat(transactions.write(this::nodeOfEntityManager)).isEqualTo(app.primary());
        assertThat(nodeOfEntityManager()).isEqualTo(app.primary());
    }

    @Test
    void whenAReadOnlyTransactionPersistsItShouldFailAndKeepTheConnection() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> transactions.readOnly(() -> {
                        entities.persist(new Author(author));
                        return null;
                    }))
                    .hasStackTraceContaining("A write in a read-only transaction");
        }
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
        transactions.write(() -> {
            entities.persist(new Author(author));
            return null;
        });
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenAReadOnlyTransactionUpdatesInBulkItShouldFailWithAnExplanation() {
        assertThatThrownBy(() -> transactions.readOnly(
                        () -> entities.createQuery("update Author set name = 'x' where name = :name")
                                .setParameter("name", author)
                                .executeUpdate()))
                .hasStackTraceContaining("A write in a read-only transaction");
    }

    @Test
    void whenAReadOnlyTransactionLocksItShouldFailWithAnExplanation() {
        Author locked = new Author(author);
        transactions.write(() -> {
            entities.persist(locked);
            return null;
        });
        app.cluster().awaitReplicated();
        for (LockModeType lock : List.of(LockModeType.PESSIMISTIC_READ, LockModeType.PESSIMISTIC_WRITE)) {
            assertThatThrownBy(() -> transactions.readOnly(() -> entities.find(Author.class, locked.getId(), lock)))
                    .hasStackTraceContaining("a lock on a replica");
            assertThatThrownBy(() -> transactions.readOnly(() -> entities.createQuery("from Author", Author.class)
                            .setLockMode(lock)
                            .getResultList()))
                    .hasStackTraceContaining("a lock on a replica");
            assertThat(transactions.write(() -> entities.find(Author.class, locked.getId(), lock)))
                    .isNotNull();
        }
        assertThat(RoutingHints.onPrimary(() -> transactions.readOnly(
                        () -> entities.find(Author.class, locked.getId(), LockModeType.PESSIMISTIC_READ))))
                .isNotNull();
    }

    private String nodeOfEntityManager() {
        return app.name(
                (Number) entities.createNativeQuery("SELECT @@server_id").getSingleResult());
    }
}
