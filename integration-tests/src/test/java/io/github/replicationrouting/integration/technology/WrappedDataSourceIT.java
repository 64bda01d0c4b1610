package io.github.replicationrouting.integration.technology;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Another data source wraps the routing data source, with a transaction manager on top: its transactions are routed,
 * and statements on separate connections do not belong to them.
 */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class WrappedDataSourceIT {

    private final TestApplication app;
    private final TestApplication outOfAutoCommit;

    WrappedDataSourceIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.connection-timeout=2000");
        outOfAutoCommit = applications.get(
                stack, JdbcApplication.class, TestApplication.PATIENT, "replication.routing.hikari.auto-commit=false");
    }

    @Test
    void whenTheDataSourceIsWrappedTransactionsShouldBeRouted() {
        for (TestApplication each : List.of(app, outOfAutoCommit)) {
            for (WrappedDataSources wrapper : WrappedDataSources.values()) {
                String author = UUID.randomUUID().toString();
                DataSource wrapped = wrapper.around(each.bean(DataSource.class));
                JdbcTemplate jdbc = new JdbcTemplate(wrapped);

                assertThat(in(wrapped, false, () -> node(each, jdbc)))
                        .as("%s", wrapper)
                        .isEqualTo(each.primary());
                assertThat(in(wrapped, true, () -> node(each, jdbc)))
                        .as("%s", wrapper)
                        .isIn(each.replicas());
                assertThat(in(wrapped, true, () -> {
                            insert(wrapped, author);
                            return node(each, jdbc);
                        }))
                        .as("%s", wrapper)
                        .isIn(each.replicas());
                assertThat(each.countAuthorsOnPrimary(author)).as("%s", wrapper).isOne();
            }
        }
    }

    @Test
    void whenThePrimaryHasNoFreeConnectionReadsShouldNotWait() throws SQLException {
        try (ExhaustedPool used = ExhaustedPool.of(app, app.primary())) {
            for (WrappedDataSources wrapper : WrappedDataSources.values()) {
                DataSource wrapped = wrapper.around(app.bean(DataSource.class));
                JdbcTemplate jdbc = new JdbcTemplate(wrapped);
                assertThat(in(wrapped, true, () -> node(app, jdbc)))
                        .as("%s", wrapper)
                        .isIn(app.replicas());
                assertThat(used.isExhausted()).isTrue();
            }
        }
    }

    private static String node(TestApplication each, JdbcTemplate jdbc) {
        return each.name(jdbc.queryForObject("SELECT @@server_id", Long.class));
    }

    private static <T> T in(DataSource dataSource, boolean readOnly, Supplier<T> work) {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        transaction.setReadOnly(readOnly);
        return transaction.execute(status -> work.get());
    }

    private static void insert(DataSource dataSource, String author) {
        try (Connection own = dataSource.getConnection()) {
            if (own.getAutoCommit()) {
                own.setAutoCommit(false);
            }
            try (Statement statement = own.createStatement()) {
                statement.executeUpdate("INSERT INTO author (name) VALUES ('" + author + "')");
            }
            own.commit();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
