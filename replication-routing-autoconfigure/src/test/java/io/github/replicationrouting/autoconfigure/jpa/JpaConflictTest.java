package io.github.replicationrouting.autoconfigure.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.Driver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What Hibernate and Spring's transaction manager make of a COMMIT that fails: why a conflict is thrown as
 * {@link SQLTransactionRollbackException}.
 */
class JpaConflictTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(HibernateJpaAutoConfiguration.class, TransactionAutoConfiguration.class))
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=create")
            .withUserConfiguration(Application.class);

    @Test
    void whenTheCommitLosesAConflictShouldThrowAConcurrencyFailure() {
        SQLException conflict = new SQLTransactionRollbackException("rolled back", "40001", 1180);

        assertThat(failureOfCommit(conflict))
                .isInstanceOf(ConcurrencyFailureException.class)
                .hasRootCause(conflict);
    }

    @Test
    void whenTheServersOwnErrorIsThrownShouldBeOfNoCategory() {
        assertThat(failureOfCommit(new SQLException("Got error 149 during COMMIT", "HY000", 1180)))
                .isInstanceOf(JpaSystemException.class);
    }

    private @Nullable Throwable failureOfCommit(SQLException error) {
        Throwable[] failure = new Throwable[1];
        application.run(context -> {
            EntityManager entities = context.getBean(EntityManager.class);
            context.getBean(FailingDataSource.class).commitFailure = error;
            failure[0] = catchThrowable(() -> context.getBean(TransactionTemplate.class)
                    .executeWithoutResult(status -> entities.persist(new Stock())));
        });
        return failure[0];
    }

    @Entity(name = "stock")
    static class Stock {

        @Id
        long id = 1;
    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = Stock.class)
    static class Application {

        @Bean
        FailingDataSource dataSource() {
            return new FailingDataSource();
        }
    }

    /** An H2 database whose commits fail as a test says. */
    static final class FailingDataSource extends AbstractDataSource {

        private final DataSource database =
                new SimpleDriverDataSource(new Driver(), "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        private @Nullable SQLException commitFailure;

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = database.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("commit") && commitFailure != null) {
                            throw commitFailure;
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            return getConnection();
        }
    }
}
