package io.github.replicationrouting.integration.boot;

import jakarta.persistence.EntityManager;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** An ordinary application with JPA and actuator, without any knowledge of routing. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(Shop.Items.class)
class Shop {

    @Service
    static class Items {

        private final EntityManager entityManager;

        Items(EntityManager entityManager) {
            this.entityManager = entityManager;
        }

        @Transactional
        public void add(String name) {
            entityManager.persist(new Item(name));
        }

        @Transactional(readOnly = true)
        public long count() {
            return entityManager
                    .createQuery("select count(i) from Item i", Long.class)
                    .getSingleResult();
        }

        /** Returns the id of the server that serves this transaction. */
        @Transactional(readOnly = true)
        public long readingServer() {
            return serverId();
        }

        @Transactional
        public long writingServer() {
            return serverId();
        }

        private long serverId() {
            return ((Number) entityManager
                            .createNativeQuery("select @@server_id")
                            .getSingleResult())
                    .longValue();
        }
    }
}
