package io.github.replicationrouting.dialect;

import io.github.replicationrouting.position.GtidSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** MySQL 8.0 to 9.7. Positions are GTID sets; a server without GTIDs shows none. */
public final class MySqlDialect implements ReplicationDialect {

    private static final Pattern VERSION = Pattern.compile("([5-9]|\\d{2,})\\.\\d+\\D.*");
    private static final int SYNTAX_ERROR = 1064;

    private static final String OBSERVE = "SELECT @@version, @@server_uuid, @@global.read_only,"
            + " @@global.offline_mode, @@global.gtid_mode, @@global.gtid_executed";

    @Override
    public String name() {
        return "mysql";
    }

    @Override
    public boolean supports(String productVersion) {
        return VERSION.matcher(productVersion).matches()
                && !productVersion.toLowerCase(Locale.ROOT).contains("mariadb");
    }

    @Override
    public String readOnlyVariable() {
        return "transaction_read_only";
    }

    @Override
    public String isolationVariable() {
        return "transaction_isolation";
    }

    @Override
    public Observation observe(Connection connection) throws SQLException {
        return Statements.queryRow(connection, OBSERVE, row -> {
            @Nullable GtidSet executed = countsGtids(row.getString(5)) ? GtidSet.parse(row.getString(6)) : null;
            return new Observation(
                    "MySQL " + Statements.version(row.getString(1)),
                    row.getString(2),
                    Statements.isOn(row.getString(3)),
                    Statements.isOn(row.getString(4)),
                    executed,
                    executed);
        });
    }

    /** With GTIDs off, or not yet in every transaction, the set stands still while data changes. */
    private static boolean countsGtids(String gtidMode) {
        return gtidMode.toUpperCase(Locale.ROOT).startsWith("ON");
    }

    @Override
    public Replication replication(Connection connection) throws SQLException {
        try {
            return status(connection, "SHOW REPLICA STATUS");
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                return new Replication.NotPermitted(Statements.grant(connection, "REPLICATION CLIENT"));
            }
            if (e.getErrorCode() != SYNTAX_ERROR) {
                throw e;
            }
        }
        // Before 8.0.22 it had another name.
        try {
            return status(connection, "SHOW SLAVE STATUS");
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                return new Replication.NotPermitted(Statements.grant(connection, "REPLICATION CLIENT"));
            }
            throw e;
        }
    }

    private static Replication status(Connection connection, String sql) throws SQLException {
        return Statements.query(connection, sql, rows -> ReplicationRows.read(rows, "channel_name", "source_uuid"));
    }

    @Override
    public ErrorKind classify(SQLException error) {
        return ErrorClassifier.classify(error);
    }
}
