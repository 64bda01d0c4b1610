package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.Kind;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** MySQL 8.0 to 9.7. Positions are GTID sets, and without GTIDs places in the binary log. */
public final class MySqlDialect implements ReplicationDialect {

    private static final SessionSql SESSION = new SessionSql("transaction_read_only", "transaction_isolation");

    private static final Pattern VERSION = Pattern.compile("([5-9]|\\d{2,})\\.\\d+\\D.*");
    private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");
    private static final int SYNTAX_ERROR = 1064;

    /**
     * Transactions that are being committed have their GTIDs in {@code gtid_owned}, and may already be seen, here or on
     * a replica. Asked for before {@code gtid_executed}, so that one that ends in between is in one of them.
     */
    private static final String COMMITTING_AND_EXECUTED =
            "@@global.gtid_mode, @@global.gtid_owned, @@global.gtid_executed";

    private static final String OBSERVE = "SELECT " + COMMITTING_AND_EXECUTED
            + ", @@version, @@server_uuid, @@global.read_only, @@global.offline_mode";

    /** The thread that owns a GTID. */
    private static final Pattern OWNER = Pattern.compile("#\\d+");

    /** Nothing stands between the thread before it and the next server. */
    private static final Pattern SERVER = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

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
    public String urlPrefix() {
        return "jdbc:mysql:";
    }

    @Override
    public String driver() {
        return "com.mysql:mysql-connector-j";
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
            @Nullable GtidSet executed = countsGtids(row.getString(1)) ? GtidSet.parse(row.getString(3)) : null;
            Observation seen = new Observation(
                    "MySQL " + Statements.version(row.getString(4)),
                    row.getString(5),
                    Statements.isOn(row.getString(6)),
                    Statements.isOn(row.getString(7)),
                    executed,
                    executed);
            return executed == null ? seen : seen.withCommitting(committing(row.getString(2)));
        });
    }

    /**
     * For example {@code 3e11fa47-...:5#15:4#14}, a form that no manual describes.
     *
     * @return null where it is not understood
     */
    static @Nullable GtidSet committing(String owned) {
        String apart = SERVER.matcher(owned.toLowerCase(Locale.ROOT)).replaceAll(",$0");
        try {
            return GtidSet.parse(OWNER.matcher(apart).replaceAll(""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns false where the set stands still while data changes: GTIDs are off, or not yet in every transaction. */
    private static boolean countsGtids(String gtidMode) {
        return gtidMode.toUpperCase(Locale.ROOT).startsWith("ON");
    }

    @Override
    public @Nullable Position logPosition(Connection connection, Observation observation) throws SQLException {
        try {
            return Statements.queryFirst(
                    connection,
                    showsBinaryLogStatus(observation.server()) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
                    row -> BinlogPosition.of(observation.serverId(), row.getString("File"), row.getLong("Position")));
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                // The same grant as for the state of replication, where its absence is reported.
                return null;
            }
            throw e;
        }
    }

    /** Returns true from 8.2 on; 8.4 removed the old name. */
    static boolean showsBinaryLogStatus(String server) {
        Matcher version = MAJOR_MINOR.matcher(server);
        if (!version.find()) {
            return true;
        }
        int major = Integer.parseInt(version.group(1));
        return major > 8 || (major == 8 && Integer.parseInt(version.group(2)) >= 2);
    }

    @Override
    public Replication replication(Connection connection) throws SQLException {
        try {
            return status(connection, "SHOW REPLICA STATUS");
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                return new Replication.NotPermitted(Statements.grant("REPLICATION CLIENT"));
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
                return new Replication.NotPermitted(Statements.grant("REPLICATION CLIENT"));
            }
            throw e;
        }
    }

    private static Replication status(Connection connection, String sql) throws SQLException {
        return Statements.query(connection, sql, rows -> ReplicationRows.read(rows, "channel_name", "source_uuid"));
    }

    /** Only the session's own commits: all of the server's would be far more. */
    @Override
    public @Nullable String commitTrackingStatement(Connection connection) throws SQLException {
        String mode = Statements.queryRow(connection, "SELECT @@global.gtid_mode", row -> row.getString(1));
        return countsGtids(mode) ? "SET SESSION session_track_gtids=OWN_GTID" : null;
    }

    @Override
    public GtidSet parsePosition(String text) {
        return GtidSet.parse(text);
    }

    @Override
    public boolean canParse(Position position) {
        return position instanceof GtidSet;
    }

    @Override
    public @Nullable Position await(Connection connection, Position wanted, Duration timeout) throws SQLException {
        if (!(wanted instanceof GtidSet set)) {
            return null;
        }
        String sql = "SELECT WAIT_FOR_EXECUTED_GTID_SET('" + set + "'," + Statements.seconds(timeout)
                + "), @@global.gtid_executed";
        return Statements.<@Nullable Position>queryRow(
                connection, sql, row -> row.getInt(1) == 0 ? set.union(GtidSet.parse(row.getString(2))) : null);
    }

    /** In a group its other members may show what this one has not even received, so it waits for the group first. */
    @Override
    public boolean awaitCommitting(Connection connection, Duration timeout) throws SQLException {
        String consistency = Statements.<@Nullable String>queryRow(
                connection,
                "SELECT " + GroupBarrier.GROUP_NAME + ", " + GroupBarrier.CONSISTENCY,
                row -> isNamed(row.getString(1)) ? row.getString(2) : null);
        if (consistency != null && !GroupBarrier.await(connection, consistency)) {
            return false;
        }
        return awaitOwned(connection, timeout);
    }

    private boolean awaitOwned(Connection connection, Duration timeout) throws SQLException {
        GtidSet committing = Statements.<@Nullable GtidSet>queryRow(
                connection, "SELECT @@global.gtid_owned", row -> committing(row.getString(1)));
        return committing == null || committing.isEmpty() || await(connection, committing, timeout) != null;
    }

    @Override
    public @Nullable Position written(Connection connection) throws SQLException {
        return Statements.<@Nullable Position>queryRow(connection, "SELECT " + COMMITTING_AND_EXECUTED, row -> {
            GtidSet committing = countsGtids(row.getString(1)) ? committing(row.getString(2)) : null;
            return committing == null ? null : GtidSet.parse(row.getString(3)).union(committing);
        });
    }

    @Override
    public @Nullable Position executed(Connection connection) throws SQLException {
        return written(connection);
    }

    @Override
    public List<Member> members(Connection connection, Consumer<String> missing) throws SQLException {
        List<Member> members = new ArrayList<>(replicas(connection, missing));
        members.addAll(group(connection, missing));
        return members;
    }

    private static List<Member> replicas(Connection connection, Consumer<String> missing) throws SQLException {
        try {
            return Statements.query(
                    connection, "SHOW REPLICAS", rows -> MemberRows.read(rows, "Replica_UUID", "Host", "Port"));
        } catch (SQLException e) {
            if (Statements.isDenied(e)) {
                missing.accept("replicas cannot be asked for without " + Statements.grant("REPLICATION SLAVE"));
                return List.of();
            }
            if (e.getErrorCode() != SYNTAX_ERROR) {
                throw e;
            }
        }
        // Before 8.0.22 it had another name.
        return Statements.query(
                connection, "SHOW SLAVE HOSTS", rows -> MemberRows.read(rows, "Slave_UUID", "Host", "Port"));
    }

    /** Asks a server in a group; others do not know the variable. */
    private static List<Member> group(Connection connection, Consumer<String> missing) throws SQLException {
        boolean grouped = Statements.query(
                connection, "SHOW GLOBAL VARIABLES LIKE 'group_replication_group_name'", ResultSet::next);
        if (!grouped) {
            return List.of();
        }
        try {
            return Statements.query(
                    connection,
                    "SELECT MEMBER_ID, MEMBER_HOST, MEMBER_PORT FROM performance_schema.replication_group_members"
                            + " WHERE MEMBER_STATE IN ('ONLINE', 'RECOVERING')",
                    rows -> MemberRows.read(rows, "MEMBER_ID", "MEMBER_HOST", "MEMBER_PORT"));
        } catch (SQLException e) {
            if (!Statements.isDenied(e)) {
                throw e;
            }
            missing.accept("members of the group cannot be asked for without SELECT on"
                    + " performance_schema.replication_group_members");
            return List.of();
        }
    }

    /** One statement in a group; another one without the grants, so that only a member misses them. */
    @Override
    public Observation observeGroup(Connection connection, Observation seen) throws SQLException {
        try {
            GroupMembership membership = Statements.query(connection, ReplicationGroup.QUERY, ReplicationGroup::read)
                    .membership(seen);
            return membership == null ? seen : seen.withGroup(membership, null);
        } catch (SQLException e) {
            if (Statements.isUnknownTable(e)) {
                return seen;
            }
            if (!Statements.isDenied(e)) {
                throw e;
            }
        }
        return isConfiguredForGroup(connection)
                ? seen.withGroup(GroupMembership.notPermitted(Kind.GROUP_REPLICATION, ReplicationGroup.GRANT), null)
                : seen;
    }

    private static boolean isConfiguredForGroup(Connection connection) throws SQLException {
        return Statements.query(
                connection,
                "SHOW GLOBAL VARIABLES LIKE 'group_replication_group_name'",
                rows -> rows.next() && isNamed(rows.getString(2)));
    }

    private static boolean isNamed(@Nullable String groupName) {
        return groupName != null && !groupName.isBlank();
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
    public ErrorKind kindOfRefusedCommit(Connection connection, SQLException error, Duration waited)
            throws SQLException {
        GroupStates states = Statements.query(connection, GroupStates.QUERY, GroupStates::read);
        if (!states.haveCommittedNothing(waited)) {
            return ErrorKind.COMMIT_REFUSED;
        }
        return ErrorClassifier.isConflictInGroup(error) ? ErrorKind.ROLLED_BACK : ErrorKind.NOT_IN_GROUP;
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
