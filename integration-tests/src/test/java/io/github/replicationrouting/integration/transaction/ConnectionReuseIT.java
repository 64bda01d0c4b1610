package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;

/** A refused statement or a ping does not damage its connection; the pool has one, so that it is observed again. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class ConnectionReuseIT {

    private final TestApplication app;
    private final String author = UUID.randomUUID().toString();

    ConnectionReuseIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.maximum-pool-size=1");
        app.jdbc().update("INSERT IGNORE INTO author (id, name) VALUES (1, 'first')");
    }

    @Test
    void whenAStatementFailsOutsideATransactionItsConnectionShouldBeKept() {
        long before = connectionId();
        assertThatThrownBy(this::insertDuplicate).isInstanceOf(DuplicateKeyException.class);
        assertThat(connectionId()).isEqualTo(before);
    }

    @Test
    void whenAStatementFailsInsideATransactionItsConnectionShouldBeKept() {
        long before = connectionId();
        app.transactions().write(() -> {
            app.insertAuthor(author);
            assertThatThrownBy(this::insertDuplicate).isInstanceOf(DuplicateKeyException.class);
            return null;
        });
        assertThat(connectionId()).isEqualTo(before);
        assertThat(app.countAuthors(author)).isOne();
    }

    @Test
    void whenSqlTextBeganATransactionAFailureShouldNotHideIt() {
        app.jdbc().execute((ConnectionCallback<Void>) connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("BEGIN");
                statement.execute("INSERT INTO author (name) VALUES ('" + author + "')");
                assertThatThrownBy(() -> statement.execute("INSERT INTO author (id, name) VALUES (1, 'again')"))
                        .hasMessageContaining("Duplicate");
            }
            return null;
        });
        assertThat(app.countAuthors(author)).isZero();
    }

    @Test
    void whenAProcedureFailsItsTransactionShouldEnd() {
        app.cluster()
                .primary()
                .execute(List.of(
                        "DROP PROCEDURE IF EXISTS %s.fails"
                                .formatted(app.cluster().database()),
                        """
                        CREATE PROCEDURE %s.fails(name VARCHAR(100)) BEGIN
                            START TRANSACTION;
                            INSERT INTO author (name) VALUES (name);
                            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'on purpose';
                        END""".formatted(app.cluster().database())));
        assertThatThrownBy(() -> app.jdbc().update("CALL fails(?)", author)).hasMessageContaining("on purpose");
        assertThat(app.countAuthors(author)).isZero();
    }

    @Test
    void whenAConnectionIsPingedItShouldBeKept() {
        long before = connectionId();
        assertThat(app.jdbc().execute((ConnectionCallback<Boolean>) connection -> connection.isValid(5)))
                .isTrue();
        assertThat(connectionId()).isEqualTo(before);
    }

    private void insertDuplicate() {
        app.jdbc().update("INSERT INTO author (id, name) VALUES (1, 'again')");
    }

    private Long connectionId() {
        return app.jdbc().queryForObject("SELECT CONNECTION_ID()", Long.class);
    }
}
