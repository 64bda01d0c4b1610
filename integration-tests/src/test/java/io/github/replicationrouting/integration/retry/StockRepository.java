package io.github.replicationrouting.integration.retry;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.transaction.annotation.Transactional;

/** A Spring Data JPA repository whose entities have events. */
interface StockRepository extends JpaRepository<Stock, Long> {

    @Transactional
    default void inWrite(Runnable work) {
        work.run();
    }
}
