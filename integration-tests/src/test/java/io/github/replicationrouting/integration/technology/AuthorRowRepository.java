package io.github.replicationrouting.integration.technology;

import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.CrudRepository;

interface AuthorRowRepository extends CrudRepository<AuthorRow, Long> {

    @Query("SELECT @@server_id")
    Long servedBy();
}
