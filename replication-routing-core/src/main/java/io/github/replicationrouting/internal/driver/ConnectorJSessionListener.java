package io.github.replicationrouting.internal.driver;

import com.mysql.cj.protocol.ServerSessionStateController;
import com.mysql.cj.protocol.ServerSessionStateController.ServerSessionStateChanges;
import com.mysql.cj.protocol.ServerSessionStateController.SessionStateChange;
import com.mysql.cj.protocol.ServerSessionStateController.SessionStateChangesListener;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks the commits out of what MySQL and MariaDB report with an OK packet. It catches everything: the transaction is
 * committed, and must not appear to have failed.
 */
final class ConnectorJSessionListener implements SessionStateChangesListener {

    private static final Logger log = LoggerFactory.getLogger(ConnectorJSessionListener.class);
    private static final String MARIADB_VARIABLE = "last_gtid";

    private final Consumer<String> onCommit;

    ConnectorJSessionListener(Consumer<String> onCommit) {
        this.onCommit = onCommit;
    }

    @Override
    public void handleSessionStateChanges(ServerSessionStateChanges changes) {
        try {
            for (SessionStateChange change : changes.getSessionStateChangesList()) {
                report(change.getType(), change.getValues());
            }
        } catch (Throwable e) {
            log.warn("The driver's report of a commit cannot be read", e);
            onCommit.accept("?");
        }
    }

    private void report(int type, List<String> values) {
        if (type == ServerSessionStateController.SESSION_TRACK_GTIDS && !values.isEmpty()) {
            onCommit.accept(values.get(values.size() - 1));
        } else if (type == ServerSessionStateController.SESSION_TRACK_SYSTEM_VARIABLES) {
            for (int i = 0; i + 1 < values.size(); i += 2) {
                if (values.get(i).equals(MARIADB_VARIABLE) && !values.get(i + 1).isEmpty()) {
                    onCommit.accept(values.get(i + 1));
                }
            }
        }
    }
}
