package io.github.replicationrouting.test;

import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * MySQL's words for servers that do not count transactions. A position is a place in the binary log, as {@code
 * binlog.000042:157}: of the own log on a primary, and of its source's log on a replica.
 */
final class MySqlWithoutGtidsSql extends MySqlSql {

    MySqlWithoutGtidsSql(Account administrator) {
        super(administrator);
    }

    @Override
    public List<String> follow(InetSocketAddress source, Account replication, String place) {
        int colon = place.lastIndexOf(':');
        String where = colon < 0
                ? "SOURCE_AUTO_POSITION = 0"
                : "SOURCE_LOG_FILE = '%s', SOURCE_LOG_POS = %s"
                        .formatted(place.substring(0, colon), place.substring(colon + 1));
        return followFrom(source, replication, where);
    }

    @Override
    public String place(AdminSession admin) throws SQLException {
        Map<String, @Nullable String> row =
                admin.query("SHOW BINARY LOG STATUS").get(0);
        return row.get("File") + ":" + row.get("Position");
    }

    @Override
    public String position(AdminSession admin, boolean replica) throws SQLException {
        return replica ? placeInSource(admin, "Relay_Source_Log_File", "Exec_Source_Log_Pos") : place(admin);
    }

    private static String placeInSource(AdminSession admin, String file, String offset) throws SQLException {
        List<Map<String, @Nullable String>> rows = admin.query("SHOW REPLICA STATUS");
        return rows.isEmpty() ? "" : rows.get(0).get(file) + ":" + rows.get(0).get(offset);
    }

    /** True only within one log. */
    @Override
    public boolean contains(AdminSession admin, String executed, String position) {
        return numbers(executed) >= numbers(position);
    }

    /** The number of the file and the offset in it, in one. */
    private static long numbers(String place) {
        int colon = place.lastIndexOf(':');
        String file = place.substring(0, Math.max(0, colon));
        return colon < 0 || file.isEmpty()
                ? 0
                : (Long.parseLong(file.substring(file.lastIndexOf('.') + 1)) << 40)
                        + Long.parseLong(place.substring(colon + 1));
    }

    @Override
    public boolean hasMoreThan(AdminSession admin, AdminSession other) {
        return false;
    }

    @Override
    public boolean isDrained(AdminSession admin) throws SQLException {
        return position(admin, true).equals(placeInSource(admin, "Source_Log_File", "Read_Source_Log_Pos"));
    }
}
