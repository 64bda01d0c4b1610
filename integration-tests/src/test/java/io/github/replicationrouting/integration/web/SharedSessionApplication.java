package io.github.replicationrouting.integration.web;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.config.annotation.web.http.EnableSpringHttpSession;

/** The same with Spring Session, in a store that all instances share. */
@Configuration(proxyBeanMethods = false)
@EnableSpringHttpSession
@Import(WebApplication.class)
class SharedSessionApplication {

    private static final Map<String, Session> STORE = new ConcurrentHashMap<>();

    @Bean
    MapSessionRepository sessionRepository() {
        return new MapSessionRepository(STORE);
    }
}
