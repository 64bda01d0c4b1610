package io.github.replicationrouting.integration.cache;

import io.github.replicationrouting.integration.support.Transactions;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** An application with JPA and an entity in Hibernate's second-level cache. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(Transactions.class)
class CachingApplication {}
