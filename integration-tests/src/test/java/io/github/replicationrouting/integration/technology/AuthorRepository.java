package io.github.replicationrouting.integration.technology;

import io.github.replicationrouting.integration.support.Author;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;
import org.springframework.transaction.annotation.Transactional;

interface AuthorRepository extends JpaRepository<Author, Long> {

    @Query(value = "SELECT @@server_id", nativeQuery = true)
    Long servedBy();

    /** Annotated as Spring Data annotates its own finders. */
    @Transactional(readOnly = true)
    @Query(value = "SELECT @@server_id", nativeQuery = true)
    Long servedByInTransaction();
}
