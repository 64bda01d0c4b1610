package io.github.replicationrouting;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a {@link RoutingDataSource}. It chooses a node at its first statement, and again in each
 * Spring-managed transaction; before the first statement it holds no connection of a pool. Like every JDBC connection
 * it is used by one thread at a time.
 *
 * <p>Obtained with {@code connection.unwrap(RoutedConnection.class)}, also through the wrappers of other libraries.
 */
public interface RoutedConnection extends Connection {

    /** Returns the decision for the current transaction or statement, else for the last one; null before the first. */
    @Nullable
    Decision lastDecision();
}
