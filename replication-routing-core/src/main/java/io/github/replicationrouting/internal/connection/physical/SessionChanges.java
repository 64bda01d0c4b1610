package io.github.replicationrouting.internal.connection.physical;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What the SQL text of one user has left in a session so far. Used by one thread at a time. */
final class SessionChanges {

    private final Connection delegate;
    private final boolean presetVariables;
    private SessionChange changes = SessionChange.NONE;

    /** @param presetVariables whether the session may have had user variables before its first user */
    SessionChanges(Connection delegate, boolean presetVariables) {
        this.delegate = delegate;
        this.presetVariables = presetVariables;
    }

    void add(SessionChange change) {
        changes = changes.and(change);
    }

    boolean areNone() {
        return changes.isNone();
    }

    /** Whether the session may be in another database than JDBC chose. */
    boolean mayBeOfDatabase() {
        return changes.isLasting() || changes.isOfDatabase();
    }

    /**
     * Undoes the changes, so that the next user does not inherit them.
     *
     * @param initialDatabase the one to go back to; empty where there is none
     * @return whether it can; else the connection must not be used again
     */
    boolean undo(String initialDatabase) throws SQLException {
        if (changes.isLasting()
                || (presetVariables && changes.isOfVariables())
                || (changes.isOfDatabase() && initialDatabase.isEmpty())) {
            return false;
        }
        if (!areNone() && !delegate.isClosed()) {
            try (Statement statement = delegate.createStatement()) {
                for (String sql : changes.undo(initialDatabase)) {
                    statement.execute(sql);
                }
            }
            changes = SessionChange.NONE;
        }
        return true;
    }
}
