package io.github.replicationrouting.dialect;

import io.github.replicationrouting.position.MariaDbGtidPosition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * MariaDB 10.6 to 11.4. What a primary has written is {@code gtid_binlog_pos}, what a replica has executed is
 * {@code gtid_slave_pos}; never {@code gtid_current_pos}, which counts a server's own stray writes as well.
 */
public final class MariaDbDialect implements ReplicationDialect {

    private static final String OBSERVE = "SELECT @@version, @@server_id, @@global.read_only, @@global.log_bin,"
            + " @@global.gtid_binlog_pos, @@global.gtid_slave_pos";

    /** What servers put before their version for the sake of replicas older than MariaDB 10. */
    private static final String REPLICATION_PREFIX = "5.5.5-";

    @Override
    public String name() {
        return "mariadb";
    }

    @Override
    public boolean supports(String productVersion) {
        return productVersion.toLowerCase(Locale.ROOT).contains("mariadb");
    }

    /** The old name, which every version knows; {@code transaction_read_only} came with 11.1. */
    @Override
    public String readOnlyVariable() {
        return "tx_read_only";
    }

    @Override
    public String isolationVariable() {
        return "tx_isolation";
    }

    @Override
    public Observation observe(Connection connection) throws SQLException {
        return Statements.queryRow(connection, OBSERVE, row -> {
            @Nullable
            MariaDbGtidPosition written =
                    Statements.isOn(row.getString(4)) ? MariaDbGtidPosition.parse(row.getString(5)) : null;
            return new Observation(
                    "MariaDB " + version(row.getString(1)),
                    row.getString(2),
                    Statements.isOn(row.getString(3)),
                    false,
                    written,
                    MariaDbGtidPosition.parse(row.getString(6)));
        });
    }

    private static String version(String productVersion) {
        return Statements.version(
                productVersion.startsWith(REPLICATION_PREFIX)
                        ? productVersion.substring(REPLICATION_PREFIX.length())
                        : productVersion);
    }

    @Override
    public Replication replication(Connection connection) throws SQLException {
        try {
            return Statements.query(
                    connection,
                    "SHOW ALL SLAVES STATUS",
                    rows -> ReplicationRows.read(rows, "connection_name", "source_server_id"));
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                return new Replication.NotPermitted(Statements.grant(connection, "REPLICA MONITOR"));
            }
            throw e;
        }
    }

    @Override
    public ErrorKind classify(SQLException error) {
        return ErrorClassifier.classify(error);
    }
}
