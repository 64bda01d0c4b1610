package io.github.replicationrouting.integration.support;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** An application with JPA, with {@code JpaTransactionManager}. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(Transactions.class)
public class JpaApplication {}
