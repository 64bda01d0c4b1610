package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements of MySQL without GTIDs. A position is file and offset of a binary log, as {@code binlog.000042:157}:
 * of the server's own log on a primary, of the source's log on a replica.
 */
public final class MySqlWithoutGtidsSql extends MySqlSql {

    public MySqlWithoutGtidsSql(Account administrator) {
        super(administrator);
    }

    @Override
    public List<String> replicateFrom(InetSocketAddress source, Account replication, String logPosition) {
        int colon = logPosition.lastIndexOf(':');
        String startOption = colon < 0
                ? "SOURCE_AUTO_POSITION = 0"
                : "SOURCE_LOG_FILE = '%s', SOURCE_LOG_POS = %s"
                        .formatted(logPosition.substring(0, colon), logPosition.substring(colon + 1));
        return changeSource(source, replication, startOption);
    }

    @Override
    public String logPosition(AdminSession admin) throws SQLException {
        Map<String, @Nullable String> row =
                admin.query("SHOW BINARY LOG STATUS").get(0);
        return row.get("File") + ":" + row.get("Position");
    }

    @Override
    public String position(AdminSession admin, boolean replica) throws SQLException {
        return replica ? sourceLogPosition(admin, "Relay_Source_Log_File", "Exec_Source_Log_Pos") : logPosition(admin);
    }

    private static String sourceLogPosition(AdminSession admin, String file, String offset) throws SQLException {
        List<Map<String, @Nullable String>> rows = admin.query("SHOW REPLICA STATUS");
        return rows.isEmpty() ? "" : rows.get(0).get(file) + ":" + rows.get(0).get(offset);
    }

    /** Is correct within one server's log only. */
    @Override
    public boolean contains(AdminSession admin, String executed, String position) {
        return numbers(executed) >= numbers(position);
    }

    /** Combines the number of the file and the offset in it. */
    private static long numbers(String logPosition) {
        int colon = logPosition.lastIndexOf(':');
        String file = logPosition.substring(0, Math.max(0, colon));
        return colon < 0 || file.isEmpty()
                ? 0
                : (Long.parseLong(file.substring(file.lastIndexOf('.') + 1)) << 40)
                        + Long.parseLong(logPosition.substring(colon + 1));
    }

    @Override
    public boolean isAheadOf(AdminSession admin, AdminSession other) {
        return false;
    }

    @Override
    public boolean hasAppliedReceived(AdminSession admin) throws SQLException {
        return position(admin, true).equals(sourceLogPosition(admin, "Source_Log_File", "Read_Source_Log_Pos"));
    }
}
