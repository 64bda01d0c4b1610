package io.github.replicationrouting.integration.retry;

import java.util.function.Supplier;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.CrudRepository;
import org.springframework.transaction.annotation.Transactional;

/** A Spring Data JDBC repository. */
interface RowRepository extends CrudRepository<RowRepository.Row, Long> {

    /** Sleeps long enough to be killed meanwhile; a declared query is in a transaction only where it declares one. */
    @Transactional(readOnly = true)
    @Query("SELECT id, name FROM author WHERE name = :name AND SLEEP(3) = 0")
    Row findSlowly(String name);

    /** Runs the work in a default method, and so in the transaction that it declares. */
    @Transactional(readOnly = true)
    default <T> T inRepository(Supplier<T> work) {
        return work.get();
    }

    @Table("author")
    record Row(@Id Long id, String name) {}
}
