package io.github.replicationrouting.autoconfigure.jpa;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import jakarta.persistence.EntityManager;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.dao.support.PersistenceExceptionTranslator;
import org.springframework.orm.jpa.EntityManagerHolder;

/** Auto-configuration of what JPA needs beside a routed data source. */
@AutoConfiguration(after = ReplicationRoutingAutoConfiguration.class)
@ConditionalOnClass({EntityManagerHolder.class, EntityManager.class})
@ConditionalOnBean(ReplicationRouting.class)
public final class JpaRoutingAutoConfiguration {

    @Bean
    PersistenceExceptionTranslator replicationRoutingReadOnlyAccessTranslator() {
        return new ReadOnlyAccessTranslator();
    }
}
