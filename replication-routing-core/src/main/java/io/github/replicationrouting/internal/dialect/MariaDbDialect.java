package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.position.MariaDbGtidState;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.Member;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.ServerRefusal;
import io.github.replicationrouting.spi.SessionSettings;
import io.github.replicationrouting.spi.WriterSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * MariaDB 10.6 to 11.4. What a primary has written is {@code gtid_binlog_pos}, what a replica has executed is
 * {@code gtid_slave_pos}; never {@code gtid_current_pos}, which also contains writes that were made on the server by
 * mistake. In a Galera cluster positions are what each member has committed of the cluster's sequence.
 */
public final class MariaDbDialect implements ReplicationDialect {

    /** By the old names, which every version knows; the new ones came with 11.1. */
    private static final SessionSql SESSION = new SessionSql("tx_read_only", "tx_isolation");

    private static final String OBSERVE = "SELECT @@version, @@server_id, @@global.read_only, @@global.log_bin,"
            + " @@global.gtid_binlog_pos, @@global.gtid_slave_pos, @@global.gtid_binlog_state";

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

    @Override
    public String urlPrefix() {
        return "jdbc:mariadb:";
    }

    @Override
    public String driver() {
        return "org.mariadb.jdbc:mariadb-java-client";
    }

    @Override
    public int defaultPort() {
        return MemberRows.DEFAULT_PORT;
    }

    @Override
    public SessionSettings sessionSettings(Connection connection) throws SQLException {
        return SESSION.read(connection);
    }

    @Override
    public String setStatement(SessionSettings.Change change) {
        return SESSION.set(change);
    }

    @Override
    public Observation observe(Connection connection) throws SQLException {
        return Statements.queryRow(connection, OBSERVE, row -> {
            boolean logs = Statements.isOn(row.getString(4));
            MariaDbGtidPosition executed = MariaDbGtidPosition.parse(row.getString(6));
            return new Observation(
                    "MariaDB " + version(row.getString(1)),
                    row.getString(2),
                    Statements.isOn(row.getString(3)),
                    false,
                    logs ? MariaDbGtidPosition.parse(row.getString(5)) : null,
                    executed,
                    MariaDbGtidState.parse(logs ? row.getString(7) : "", executed));
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
                return new Replication.NotPermitted(Statements.grant("REPLICA MONITOR"));
            }
            throw e;
        }
    }

    /**
     * The statement adds to what the session tracks already. Null in a Galera cluster, where the GTID of a commit is
     * either visible before its rows, or a number that only this member uses.
     */
    @Override
    public @Nullable String commitTrackingStatement(Connection connection) throws SQLException {
        boolean logged =
                withGalera(connection, "@@global.log_bin", row -> Statements.isOn(row.getString(2)) && !isMember(row));
        return logged
                ? "SET SESSION session_track_system_variables=IF(@@session.session_track_system_variables='*','*',"
                        + "CONCAT_WS(',',NULLIF(@@session.session_track_system_variables,''),'last_gtid'))"
                : null;
    }

    @Override
    public Position parsePosition(String text) {
        return GaleraPosition.isPosition(text) ? GaleraPosition.parse(text) : MariaDbGtidPosition.parse(text);
    }

    @Override
    public boolean canParse(Position position) {
        return position instanceof MariaDbGtidPosition || position instanceof GaleraPosition;
    }

    @Override
    public @Nullable Position await(Connection connection, Position wanted, Duration timeout) throws SQLException {
        if (wanted instanceof GaleraPosition galera) {
            return GaleraSession.await(connection, galera, timeout);
        }
        if (!(wanted instanceof MariaDbGtidPosition position)) {
            return null;
        }
        String sql = "SELECT MASTER_GTID_WAIT('" + position + "'," + Statements.seconds(timeout)
                + "), @@global.gtid_slave_pos";
        return Statements.<@Nullable Position>queryRow(
                connection,
                sql,
                row -> row.getInt(1) == 0 ? position.union(MariaDbGtidPosition.parse(row.getString(2))) : null);
    }

    /** Does not wait for a server outside of Galera, which shows a commit before it sends it to its replicas. */
    @Override
    public boolean awaitCommitting(Connection connection, Duration timeout) throws SQLException {
        boolean member = withGalera(connection, "1", MariaDbDialect::isMember);
        return !member || GaleraSession.awaitCluster(connection);
    }

    @Override
    public @Nullable Position written(Connection connection) throws SQLException {
        Position logged = MariaDbDialect.<@Nullable Position>withGalera(
                connection,
                "@@global.gtid_binlog_pos",
                row -> isMember(row) ? null : MariaDbGtidPosition.parse(row.getString(2)));
        return logged == null ? GaleraSession.shown(connection) : logged;
    }

    /**
     * Null for a server that takes writes: it may have become the primary just now. What reads have seen may not be in
     * {@code gtid_slave_pos} yet, but is in the log where replicas write one.
     */
    @Override
    public @Nullable Position executed(Connection connection) throws SQLException {
        Executed executed = withGalera(
                connection,
                "@@global.read_only, @@global.gtid_slave_pos, @@global.gtid_binlog_pos, @@global.log_slave_updates",
                row -> new Executed(isMember(row), isMember(row) ? null : executed(row)));
        return executed.inCluster ? GaleraSession.shown(connection) : executed.position;
    }

    private record Executed(boolean inCluster, @Nullable Position position) {}

    private static @Nullable Position executed(ResultSet row) throws SQLException {
        if (!Statements.isOn(row.getString(2))) {
            return null;
        }
        MariaDbGtidPosition executed = MariaDbGtidPosition.parse(row.getString(3));
        return Statements.isOn(row.getString(5))
                ? executed.union(MariaDbGtidPosition.parse(row.getString(4)))
                : executed;
    }

    /**
     * Reads one row with the given columns after one for whether the server is a member of a Galera cluster. Servers
     * that were built without it do not know the variable.
     */
    private static <T extends @Nullable Object> T withGalera(
            Connection connection, String columns, Statements.Reader<T> reader) throws SQLException {
        try {
            return Statements.queryRow(connection, "SELECT @@global.wsrep_on, " + columns, reader);
        } catch (SQLException e) {
            if (!Statements.isUnknownVariable(e)) {
                throw e;
            }
            return Statements.queryRow(connection, "SELECT 0, " + columns, reader);
        }
    }

    private static boolean isMember(ResultSet row) throws SQLException {
        return Statements.isOn(row.getString(1));
    }

    /** One statement, which every server knows. */
    @Override
    public Observation observeGroup(Connection connection, Observation seen) throws SQLException {
        GaleraStatus status = Statements.query(connection, GaleraStatus.QUERY, GaleraStatus::read);
        if (!status.isMember()) {
            return seen;
        }
        return seen.withGroup(status.membership(seen.readOnly()), null)
                .asMember(status.serverId(seen.serverId()), status.position(), status.shown());
    }

    @Override
    public List<Member> members(Connection connection, Consumer<String> missing) throws SQLException {
        List<Member> members = new ArrayList<>(Statements.query(
                connection,
                "SHOW GLOBAL STATUS LIKE 'wsrep_incoming_addresses'",
                rows -> MemberRows.ofAddresses(rows.next() ? rows.getString(2) : null)));
        try {
            members.addAll(Statements.query(
                    connection, "SHOW SLAVE HOSTS", rows -> MemberRows.read(rows, "Server_id", "Host", "Port")));
        } catch (SQLException e) {
            if (!Statements.isDenied(e)) {
                throw e;
            }
            missing.accept("replicas cannot be asked for without " + Statements.grant("REPLICATION MASTER ADMIN"));
        }
        return members;
    }

    @Override
    public @Nullable Boolean semiSynchronous(Connection connection) throws SQLException {
        return Statements.semiSynchronous(connection);
    }

    @Override
    public Duration uptime(Connection connection) throws SQLException {
        return Statements.uptime(connection);
    }

    @Override
    public ErrorKind classify(SQLException error) {
        return ErrorClassifier.classify(error);
    }

    @Override
    public @Nullable ServerRefusal refusal(SQLException error) {
        return RefusalClassifier.classify(error);
    }

    @Override
    public WriterSettings writerSettings(Connection connection) throws SQLException {
        return Statements.writerSettings(connection);
    }
}
