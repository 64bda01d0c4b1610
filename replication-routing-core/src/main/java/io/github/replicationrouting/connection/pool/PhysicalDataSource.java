package io.github.replicationrouting.connection.pool;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.connection.physical.PhysicalConnection;
import io.github.replicationrouting.driver.ConnectionFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Where a node's pool gets its connections from. The initial statement of the pool runs here, before the session's
 * state is asked, so that what it changes is known.
 */
final class PhysicalDataSource extends AbstractDataSource {

    private final ConnectionFactory connections;
    private final DialectResolver dialects;
    private final @Nullable String initialStatement;
    private final ConnectionDefaults defaults;

    PhysicalDataSource(
            ConnectionFactory connections,
            DialectResolver dialects,
            @Nullable String initialStatement,
            ConnectionDefaults defaults) {
        this.connections = connections;
        this.dialects = dialects;
        this.initialStatement = initialStatement;
        this.defaults = defaults;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return prepared(connections.open());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return prepared(connections
                .withCredentials(() -> Credentials.of(username, password))
                .open());
    }

    /** The time limits of connections are their factory's. */
    @Override
    public void setLoginTimeout(int seconds) {}

    private Connection prepared(Connection fresh) throws SQLException {
        try {
            if (initialStatement != null) {
                try (Statement statement = fresh.createStatement()) {
                    statement.execute(initialStatement);
                }
            }
            PhysicalConnection connection = PhysicalConnection.over(fresh, dialects.dialectOf(fresh));
            defaults.learnFrom(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            try {
                fresh.close();
            } catch (SQLException whileClosing) {
                e.addSuppressed(whileClosing);
            }
            throw e;
        }
    }
}
