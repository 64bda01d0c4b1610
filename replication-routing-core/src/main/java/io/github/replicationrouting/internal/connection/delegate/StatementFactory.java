package io.github.replicationrouting.internal.connection.delegate;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Creates a statement on a connection. It gets the text as an argument, so that the factories of the usual statements
 * capture nothing and are not allocated for each statement.
 */
@FunctionalInterface
public interface StatementFactory<S extends Statement> {

    /** @param sql the text of a prepared or callable statement; null for a plain statement */
    S create(Connection target, @Nullable String sql) throws SQLException;
}
