package io.github.replicationrouting.integration.retry;

import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.Transactions;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Import;

/** A web application with JPA, as Spring Boot configures it: the session is open in the view. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = DataJdbcRepositoriesAutoConfiguration.class)
@EntityScan(basePackageClasses = {Author.class, Stock.class})
@Import({Transactions.class, Finder.class, Pages.class})
class RetryJpaApplication {}
