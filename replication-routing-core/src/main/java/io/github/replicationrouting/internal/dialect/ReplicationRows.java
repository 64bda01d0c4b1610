package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a replica's status by column name, whatever the server's version calls it: old and new names differ
 * only in master or source, slave or replica.
 */
final class ReplicationRows {

    /** The names of the settings; the domains are MariaDB's. */
    private static final List<String> FILTERS = List.of(
            "replicate_do_db",
            "replicate_ignore_db",
            "replicate_do_table",
            "replicate_ignore_table",
            "replicate_wild_do_table",
            "replicate_wild_ignore_table",
            "replicate_rewrite_db",
            "replicate_ignore_server_ids",
            "replicate_do_domain_ids",
            "replicate_ignore_domain_ids");

    private static final Pattern SYSTEM = Pattern.compile(
            "^(mysql|sys|performance_schema|information_schema|innodb_memcache)(\\.|$)", Pattern.CASE_INSENSITIVE);

    private final ResultSet rows;
    private final Map<String, Integer> columns = new HashMap<>();

    private ReplicationRows(ResultSet rows) throws SQLException {
        this.rows = rows;
        ResultSetMetaData names = rows.getMetaData();
        for (int i = 1; i <= names.getColumnCount(); i++) {
            columns.put(
                    names.getColumnLabel(i)
                            .toLowerCase(Locale.ROOT)
                            .replace("master", "source")
                            .replace("slave", "replica"),
                    i);
        }
    }

    /**
     * @param nameColumn the column with the channel's name
     * @param sourceIdColumn the column with what {@link Observation#serverId()} shows on the source
     */
    static Replication read(ResultSet rows, String nameColumn, String sourceIdColumn) throws SQLException {
        ReplicationRows reader = new ReplicationRows(rows);
        List<ReplicationChannel> channels = new ArrayList<>();
        while (rows.next()) {
            channels.add(reader.channel(nameColumn, sourceIdColumn));
        }
        return new Replication.Channels(channels);
    }

    private ReplicationChannel channel(String nameColumn, String sourceIdColumn) throws SQLException {
        String sourceId = sourceId(sourceIdColumn);
        String behind = text("seconds_behind_source");
        int applierError = number("last_sql_errno");
        return new ReplicationChannel(
                text(nameColumn),
                text("source_host"),
                number("source_port"),
                sourceId.isEmpty() ? null : sourceId,
                executed(sourceId),
                receiver(text("replica_io_running")),
                text("replica_sql_running").equalsIgnoreCase("yes"),
                behind.isEmpty() ? null : Duration.ofSeconds(Long.parseLong(behind)),
                Duration.ofSeconds(number("sql_delay")),
                applierError != 0 ? applierError : number("last_io_errno"),
                filters());
    }

    private List<String> filters() throws SQLException {
        List<String> filters = new ArrayList<>();
        for (String filter : FILTERS) {
            String value = ofUsers(filter, text(filter).strip());
            if (!value.isEmpty()) {
                filters.add(filter + "=" + value);
            }
        }
        return filters;
    }

    /** Removes filters on system tables: managed servers have each replica ignore some of them. */
    private static String ofUsers(String filter, String value) {
        return filter.contains("ignore_table") || filter.equals("replicate_ignore_db")
                ? Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(name -> !SYSTEM.matcher(name).find())
                        .collect(Collectors.joining(","))
                : value;
    }

    /** Returns the id of the source; empty while it has never been reached, which MariaDB shows as a zero. */
    private String sourceId(String column) throws SQLException {
        String id = text(column);
        return id.equals("0") ? "" : id;
    }

    private @Nullable BinlogPosition executed(String sourceId) throws SQLException {
        String file = text("relay_source_log_file");
        String offset = text("exec_source_log_pos");
        return sourceId.isEmpty() || file.isEmpty() || offset.isEmpty()
                ? null
                : BinlogPosition.of(sourceId, file, Long.parseLong(offset));
    }

    private static Receiver receiver(String running) {
        return switch (running.toLowerCase(Locale.ROOT)) {
            case "yes" -> Receiver.ON;
            case "no", "" -> Receiver.OFF;
            default -> Receiver.CONNECTING;
        };
    }

    private String text(String column) throws SQLException {
        Integer index = columns.get(column);
        @Nullable String value = index == null ? null : rows.getString(index);
        return value == null ? "" : value;
    }

    private int number(String column) throws SQLException {
        String value = text(column);
        return value.isEmpty() ? 0 : Integer.parseInt(value);
    }
}
