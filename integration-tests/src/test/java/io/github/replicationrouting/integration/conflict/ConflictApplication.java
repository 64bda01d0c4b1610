package io.github.replicationrouting.integration.conflict;

import io.github.replicationrouting.integration.support.Transactions;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Import;

/** An application with JPA and an entity with a version. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Article.class)
@Import(Transactions.class)
class ConflictApplication {}
