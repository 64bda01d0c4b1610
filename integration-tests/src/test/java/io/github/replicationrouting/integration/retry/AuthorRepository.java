package io.github.replicationrouting.integration.retry;

import io.github.replicationrouting.integration.support.Author;
import java.util.function.Supplier;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.transaction.annotation.Transactional;

/** A Spring Data JPA repository. */
interface AuthorRepository extends JpaRepository<Author, Long> {

    /** Runs the work in the transaction that it declares. */
    @Transactional(readOnly = true)
    default <T> T inRepository(Supplier<T> work) {
        return work.get();
    }

    @Transactional
    default void inWrite(Runnable work) {
        work.run();
    }
}
