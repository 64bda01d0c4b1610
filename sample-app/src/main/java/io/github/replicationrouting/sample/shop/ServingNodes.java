package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.RoutedConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Knows which node serves a transaction, and counts. */
@Component
class ServingNodes {

    private final JdbcTemplate jdbc;

    private final Map<String, Long> counts = new ConcurrentSkipListMap<>();

    ServingNodes(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** To be called in the transaction that the answer was made in, once it was made. */
    <T> Served<T> served(T answer) {
        Decision decision = jdbc.execute(ServingNodes::decisionBehind);
        String node = decision.node().name();
        counts.merge(node, 1L, Long::sum);
        return new Served<>(node, decision.reason().label(), answer);
    }

    private static Decision decisionBehind(Connection connection) throws SQLException {
        Decision decision = connection.unwrap(RoutedConnection.class).lastDecision();
        if (decision == null) {
            throw new IllegalStateException("No statement has run yet, so no node was chosen");
        }
        return decision;
    }

    /** Answers so far, by node. */
    Map<String, Long> counts() {
        return counts;
    }
}
