package io.github.replicationrouting.integration.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JpaApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import jakarta.persistence.EntityManagerFactory;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A read-only session of Hibernate makes its connection read-only and keeps it. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class ReadOnlySessionIT {

    private final TestApplication app;
    private final String author = UUID.randomUUID().toString();

    ReadOnlySessionIT(Stack stack, Applications applications) {
        app = applications.get(
                stack, JpaApplication.class, TestApplication.PATIENT, "replication.routing.consistency.mode=session");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenASessionWroteItsNextTransactionShouldReadIt() {
        SessionToken.clear();
        try (Session session = app.bean(EntityManagerFactory.class)
                .unwrap(SessionFactory.class)
                .withOptions()
                .readOnly(true)
                .openSession()) {
            session.beginTransaction();
            assertThat(app.name(number(session, "SELECT @@server_id"))).isIn(app.replicas());
            session.getTransaction().commit();

            app.cluster().replicas().forEach(ClusterNode::stopApplier);
            app.insertAuthor(author);

            session.beginTransaction();
            assertThat(number(session, "SELECT COUNT(*) FROM author WHERE name = '" + author + "'"))
                    .isEqualTo(1L);
            session.getTransaction().commit();
        }
    }

    private static Long number(Session session, String sql) {
        return session.createNativeQuery(sql, Long.class).getSingleResult();
    }
}
