package io.github.replicationrouting.integration.group;

import io.github.replicationrouting.integration.support.JdbcApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application that records where it writes. */
@Configuration(proxyBeanMethods = false)
@Import(JdbcApplication.class)
class RecordedApplication {

    @Bean
    WriterDecisions writerDecisions() {
        return new WriterDecisions();
    }
}
