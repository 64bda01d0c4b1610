package io.github.replicationrouting;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is routed anew for each transaction; what {@code Connection.unwrap(RoutedConnection.class)} of the
 * routing data source gives.
 */
public interface RoutedConnection extends Connection {

    /** The decision behind the work in progress, or behind the last work done; null before the first statement. */
    @Nullable
    Decision lastDecision();
}
