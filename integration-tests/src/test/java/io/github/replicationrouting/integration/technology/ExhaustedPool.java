package io.github.replicationrouting.integration.technology;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Borrows all connections of a node until it is closed. */
final class ExhaustedPool implements AutoCloseable {

    private final TestApplication app;
    private final String node;
    private final List<Connection> taken = new ArrayList<>();

    private ExhaustedPool(TestApplication app, String node) {
        this.app = app;
        this.node = node;
    }

    static ExhaustedPool of(TestApplication app, String node) throws SQLException {
        ExhaustedPool pool = new ExhaustedPool(app, node);
        try {
            while (!pool.isExhausted()) {
                Connection connection = app.bean(ReplicationRouting.class)
                        .dataSource()
                        .node(node)
                        .getConnection();
                pool.taken.add(connection);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("DO 1");
                }
            }
            return pool;
        } catch (SQLException | RuntimeException | Error e) {
            pool.close();
            throw e;
        }
    }

    boolean isExhausted() {
        return app.bean(ReplicationRouting.class).pools().stream()
                .filter(pool -> pool.node().name().equals(node))
                .allMatch(pool -> pool.node().inFlight() == pool.pool().getMaximumPoolSize());
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection : taken) {
            connection.close();
        }
    }
}
