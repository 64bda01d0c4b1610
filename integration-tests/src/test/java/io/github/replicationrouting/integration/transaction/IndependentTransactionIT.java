package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.incrementer.MySQLMaxValueIncrementer;

/** A transaction that an application begins itself, on a separate connection, inside one that Spring manages. */
@OnStacks(
        value = {Stack.MYSQL, Stack.MARIADB},
        withEachTransactionManager = true)
class IndependentTransactionIT {

    private final TestApplication app;
    private final TestApplication outOfAutoCommit;
    private final String author = UUID.randomUUID().toString();

    IndependentTransactionIT(Stack stack, Class<?> configuration, Applications applications) {
        app = applications.get(stack, configuration, TestApplication.PATIENT);
        outOfAutoCommit = applications.get(
                stack,
                configuration,
                TestApplication.PATIENT,
                "replication.routing.hikari.auto-commit=false",
                "spring.jpa.properties.hibernate.connection.provider_disables_autocommit=true");
    }

    @Test
    void whenItRunsInAReadOnlyTransactionItShouldCommit() {
        for (TestApplication each : List.of(app, outOfAutoCommit)) {
            String node = each.transactions().readOnly(() -> {
                String before = each.node();
                insertOnSeparateConnection(each);
                assertThat(each.node()).isEqualTo(before);
                return before;
            });
            assertThat(node).isIn(each.replicas());
            assertThat(each.countAuthorsOnPrimary(author)).isOne();
            removeAuthor(each);
        }
    }

    @Test
    void whenItRunsBeforeTheFirstStatementItShouldCommit() {
        for (TestApplication each : List.of(app, outOfAutoCommit)) {
            String node = each.transactions().readOnly(() -> {
                insertOnSeparateConnection(each);
                return each.node();
            });
            assertThat(node).isIn(each.replicas());
            assertThat(each.countAuthorsOnPrimary(author)).isOne();
            removeAuthor(each);
        }
    }

    @Test
    void whenAnIncrementerHasItsOwnConnectionItShouldCount() {
        app.jdbc().execute("CREATE TABLE IF NOT EXISTS ticket (value BIGINT NOT NULL) ENGINE=InnoDB");
        app.jdbc().update("DELETE FROM ticket");
        app.jdbc().update("INSERT INTO ticket VALUES (0)");
        app.cluster().awaitReplicated();
        MySQLMaxValueIncrementer incrementer =
                new MySQLMaxValueIncrementer(app.bean(DataSource.class), "ticket", "value");
        incrementer.setUseNewConnection(true);
        String node = app.transactions().readOnly(() -> {
            assertThat(incrementer.nextLongValue()).isOne();
            assertThat(incrementer.nextLongValue()).isEqualTo(2);
            return app.node();
        });
        assertThat(node).isIn(app.replicas());
    }

    /** Its session is that of plain JDBC: locks, variables and temporary tables outlive its transactions. */
    @Test
    void whenItCommitsItShouldKeepItsSession() {
        app.transactions().write(() -> {
            app.node();
            try (Connection own = app.bean(DataSource.class).getConnection()) {
                own.setAutoCommit(false);
                try (Statement statement = own.createStatement()) {
                    statement.execute("SET @mine = 42");
                }
                own.commit();
                assertThat(app.held()).isEqualTo(2);
                try (Statement statement = own.createStatement();
                        ResultSet mine = statement.executeQuery("SELECT @mine")) {
                    assertThat(mine.next()).isTrue();
                    assertThat(mine.getInt(1)).isEqualTo(42);
                }
                own.rollback();
                own.setAutoCommit(true);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
            return app.node();
        });
    }

    private void insertOnSeparateConnection(TestApplication each) {
        try (Connection own = each.bean(DataSource.class).getConnection()) {
            if (own.getAutoCommit()) {
                own.setAutoCommit(false);
            }
            try (PreparedStatement statement = own.prepareStatement("INSERT INTO author (name) VALUES (?)")) {
                statement.setString(1, author);
                statement.executeUpdate();
            }
            own.commit();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void removeAuthor(TestApplication each) {
        each.transactions().write(() -> each.jdbc().update("DELETE FROM author WHERE name = ?", author));
    }
}
