package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.RoutedConnection;
import java.sql.Connection;
import java.sql.SQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Knows which node serves a transaction. */
@Component
class ServingNodes {

    private final JdbcTemplate jdbc;

    private final Traffic traffic;

    ServingNodes(JdbcTemplate jdbc, Traffic traffic) {
        this.jdbc = jdbc;
        this.traffic = traffic;
    }

    /** To be called in the transaction that the answer was made in, once it was made. */
    <T> Served<T> served(T answer) {
        Decision decision = jdbc.execute(ServingNodes::decisionBehind);
        String node = decision.node().name();
        String reason = decision.reason().label();
        traffic.served(node, reason, decision.writable() ? Traffic.Kind.WRITE : Traffic.Kind.READ);
        return new Served<>(node, reason, answer);
    }

    private static Decision decisionBehind(Connection connection) throws SQLException {
        Decision decision = connection.unwrap(RoutedConnection.class).lastDecision();
        if (decision == null) {
            throw new IllegalStateException("No statement has run yet, so no node was chosen");
        }
        return decision;
    }
}
