package io.github.replicationrouting.integration.technology;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Wraps every data source and every connection, as tools do that count or log statements. */
@Configuration(proxyBeanMethods = false)
@Import(TechnologyApplication.class)
class DecoratedApplication {

    @Bean
    static AtomicInteger decoratedConnections() {
        return new AtomicInteger();
    }

    @Bean
    static BeanPostProcessor decorator(AtomicInteger decoratedConnections) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource dataSource
                        ? new DecoratedDataSource(dataSource, decoratedConnections)
                        : bean;
            }
        };
    }

    private static final class DecoratedDataSource extends DelegatingDataSource {

        private final AtomicInteger connections;

        DecoratedDataSource(DataSource target, AtomicInteger connections) {
            super(target);
            this.connections = connections;
        }

        @Override
        public Connection getConnection() throws SQLException {
            connections.incrementAndGet();
            Connection target = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    DecoratedDataSource.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        try {
                            return method.invoke(target, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
