package io.github.replicationrouting.integration.technology;

import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.Transactions;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Import;

/** An application with every technology, on {@code JpaTransactionManager}. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Author.class)
@Import(Transactions.class)
class TechnologyApplication {}
