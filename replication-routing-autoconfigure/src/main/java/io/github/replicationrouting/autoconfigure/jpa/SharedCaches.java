package io.github.replicationrouting.autoconfigure.jpa;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import org.hibernate.boot.spi.SessionFactoryOptions;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.springframework.util.ClassUtils;

/** The caches that the persistence contexts of a factory share. */
enum SharedCaches {
    NONE,
    ENTITIES,
    /** Hibernate 7.4 stores the result of a query after a cache miss, whatever the store mode. */
    ENTITIES_AND_QUERIES;

    private static final boolean HIBERNATE_PRESENT = ClassUtils.isPresent(
            "org.hibernate.engine.spi.SessionFactoryImplementor", SharedCaches.class.getClassLoader());

    /** Returns the shared caches of a factory; providers other than Hibernate are assumed to have one of entities. */
    static SharedCaches of(EntityManagerFactory factory) {
        return HIBERNATE_PRESENT ? Hibernate.sharedCaches(factory) : ENTITIES;
    }

    /** A class of its own because Hibernate may be absent. */
    private static final class Hibernate {

        private Hibernate() {}

        static SharedCaches sharedCaches(EntityManagerFactory factory) {
            try {
                SessionFactoryOptions options =
                        factory.unwrap(SessionFactoryImplementor.class).getSessionFactoryOptions();
                if (options.isQueryCacheEnabled()) {
                    return ENTITIES_AND_QUERIES;
                }
                return options.isSecondLevelCacheEnabled() ? ENTITIES : NONE;
            } catch (PersistenceException e) {
                return ENTITIES;
            }
        }
    }
}
