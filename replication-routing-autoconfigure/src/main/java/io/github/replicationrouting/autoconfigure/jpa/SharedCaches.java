package io.github.replicationrouting.autoconfigure.jpa;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import org.hibernate.boot.spi.SessionFactoryOptions;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.springframework.util.ClassUtils;

/** Which caches the persistence contexts of a factory share. */
enum SharedCaches {
    NONE,
    ENTITIES,
    /** Hibernate 7.4 stores the result of a query that it has looked for in vain, whatever the store mode says. */
    ENTITIES_AND_QUERIES;

    private static final boolean HIBERNATE_PRESENT = ClassUtils.isPresent(
            "org.hibernate.engine.spi.SessionFactoryImplementor", SharedCaches.class.getClassLoader());

    /** Other persistence providers than Hibernate are taken to have one of entities. */
    static SharedCaches of(EntityManagerFactory factory) {
        return HIBERNATE_PRESENT ? Hibernate.cachesOf(factory) : ENTITIES;
    }

    /** Apart, because Hibernate may be absent. */
    private static final class Hibernate {

        private Hibernate() {}

        static SharedCaches cachesOf(EntityManagerFactory factory) {
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
