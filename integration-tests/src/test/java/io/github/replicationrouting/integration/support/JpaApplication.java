package io.github.replicationrouting.integration.support;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;

/** An application with JPA: its transactions are those of {@code JpaTransactionManager}. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(Transactions.class)
public class JpaApplication {

    /** Savepoints, which this transaction manager offers on request only. */
    @Bean
    TransactionManagerCustomizer<JpaTransactionManager> savepoints() {
        return manager -> manager.setNestedTransactionAllowed(true);
    }
}
