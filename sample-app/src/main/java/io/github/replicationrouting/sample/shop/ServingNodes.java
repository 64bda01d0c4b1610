package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.RoutedConnection;
import java.sql.Connection;
import java.sql.SQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Reads from the connection which node serves the current transaction. */
@Component
class ServingNodes {

    private final JdbcTemplate jdbc;

    private final Traffic traffic;

    ServingNodes(JdbcTemplate jdbc, Traffic traffic) {
        this.jdbc = jdbc;
        this.traffic = traffic;
    }

    /** Adds the node to an answer. To be called in the same transaction, after its first statement. */
    <T> Served<T> served(T answer) {
        Decision decision = jdbc.execute(ServingNodes::lastDecision);
        String node = decision.node().name();
        String reason = decision.reason().label();
        traffic.served(node, reason, decision.writable() ? Traffic.Kind.WRITE : Traffic.Kind.READ);
        return new Served<>(node, reason, answer);
    }

    /** Returns the node of the current transaction, after its first statement. */
    String current() {
        return jdbc.execute(ServingNodes::lastDecision).node().name();
    }

    private static Decision lastDecision(Connection connection) throws SQLException {
        Decision decision = connection.unwrap(RoutedConnection.class).lastDecision();
        if (decision == null) {
            throw new IllegalStateException("No node is chosen before the first statement");
        }
        return decision;
    }
}
