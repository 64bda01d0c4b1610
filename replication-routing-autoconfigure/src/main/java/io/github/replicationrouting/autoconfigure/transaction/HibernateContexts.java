package io.github.replicationrouting.autoconfigure.transaction;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import org.hibernate.Session;
import org.hibernate.stat.SessionStatistics;

/** What Hibernate's persistence contexts hold. */
final class HibernateContexts {

    private HibernateContexts() {}

    /** Whether it is known to hold nothing. */
    static boolean isEmpty(EntityManager entityManager) {
        try {
            SessionStatistics statistics = entityManager.unwrap(Session.class).getStatistics();
            return statistics.getEntityCount() == 0 && statistics.getCollectionCount() == 0;
        } catch (PersistenceException | IllegalStateException e) {
            return false;
        }
    }
}
