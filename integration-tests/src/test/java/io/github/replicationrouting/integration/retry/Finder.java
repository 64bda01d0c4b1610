package io.github.replicationrouting.integration.retry;

import io.github.replicationrouting.integration.support.Author;
import jakarta.persistence.EntityManager;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.springframework.transaction.annotation.Transactional;

/** Reads with JPA, and loses its session in the first attempt. */
class Finder {

    private final EntityManager entities;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile Consumer<Object[]> killer = session -> {};

    Finder(EntityManager entities) {
        this.entities = entities;
    }

    /** @param killer receives the server's id and that of the session */
    void killWith(Consumer<Object[]> killer) {
        this.killer = killer;
    }

    int takeAttempts() {
        return attempts.getAndSet(0);
    }

    @Transactional(readOnly = true)
    public Author find(Long id) {
        Object[] session = (Object[]) entities.createNativeQuery("SELECT @@server_id, CONNECTION_ID()")
                .getSingleResult();
        if (attempts.incrementAndGet() == 1) {
            killer.accept(session);
        }
        return entities.createQuery("SELECT a FROM Author a WHERE a.id = :id", Author.class)
                .setParameter("id", id)
                .getSingleResult();
    }

    @Transactional(readOnly = true)
    public Author findAlone(Long id) {
        return entities.find(Author.class, id);
    }
}
