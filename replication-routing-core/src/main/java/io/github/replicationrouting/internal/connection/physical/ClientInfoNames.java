package io.github.replicationrouting.internal.connection.physical;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;

/** Names of the client information that the user of a connection has set; rarely any. */
final class ClientInfoNames {

    private Set<String> names = Set.of();

    void add(Set<String> set) {
        names = new HashSet<>(names);
        names.addAll(set);
    }

    /** Clears what was set, so that it does not describe the next user. */
    void clearOn(Connection delegate) throws SQLException {
        if (names.isEmpty() || delegate.isClosed()) {
            return;
        }
        // Connector/J forgets what is not named; MariaDB's driver keeps it until it is set to something else.
        delegate.setClientInfo(new Properties());
        for (String name : names) {
            if (delegate.getClientInfo(name) != null) {
                delegate.setClientInfo(name, "");
            }
        }
        names = Set.of();
    }
}
