package io.github.replicationrouting.autoconfigure.transaction;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import org.hibernate.Session;
import org.hibernate.stat.SessionStatistics;

/** Inspects Hibernate's persistence contexts. A class of its own because Hibernate may be absent. */
final class HibernatePersistenceContexts {

    private HibernatePersistenceContexts() {}

    /** Returns whether the persistence context is known to hold no entity and no collection. */
    static boolean isEmpty(EntityManager entityManager) {
        try {
            SessionStatistics statistics = entityManager.unwrap(Session.class).getStatistics();
            return statistics.getEntityCount() == 0 && statistics.getCollectionCount() == 0;
        } catch (PersistenceException | IllegalStateException e) {
            return false;
        }
    }
}
