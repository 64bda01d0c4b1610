package io.github.replicationrouting.spi;

import io.github.replicationrouting.position.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of server must be asked, and how its answers and errors read. Stateless and thread-safe. Implement it
 * to add another database.
 */
public interface ReplicationDialect {

    /** Short name as in {@code nodes.<name>.dialect}, for example {@code mysql}. */
    String name();

    /**
     * Whether this dialect speaks to the server behind a connection.
     *
     * @param productVersion {@code DatabaseMetaData.getDatabaseProductVersion()}, the server's version string
     */
    boolean supports(String productVersion);

    /** Session variable that says whether new transactions are read-only, for example {@code transaction_read_only}. */
    String readOnlyVariable();

    /** Session variable that holds the isolation level, for example {@code transaction_isolation}. */
    String isolationVariable();

    /**
     * Looks at role and position: one statement that needs no privilege. Blocks at most as long as the connection's own
     * time limits allow.
     *
     * @param connection the monitor's own connection, in auto-commit
     */
    Observation observe(Connection connection) throws SQLException;

    /**
     * Asks for the state of replication: one more statement, which may need a grant and may wait while an operator's
     * {@code STOP REPLICA} does. Never answers {@link Replication.NotAsked}.
     *
     * @param connection the monitor's own connection, in auto-commit
     */
    Replication replication(Connection connection) throws SQLException;

    /**
     * Asks a server that counts no transactions for its place in its own binary log: one more statement, which needs a
     * grant.
     *
     * @param connection the monitor's own connection, in auto-commit
     * @param observation what {@link #observe} has just shown
     * @return null where it writes no log, or the account may not ask
     */
    default @Nullable Position logPosition(Connection connection, Observation observation) throws SQLException {
        return null;
    }

    /**
     * Asks which other servers this one knows: its replicas, as far as they say where they are, and the members of its
     * group or cluster. By default it knows none.
     *
     * @param connection a connection of the monitor's, in auto-commit
     * @param missing told of a grant without which something cannot be asked
     */
    default List<Member> members(Connection connection, Consumer<String> missing) throws SQLException {
        return List.of();
    }

    /**
     * Whether the commits of this server wait for a replica now, one more statement that needs no privilege; null where
     * it knows no such thing. Asked of a primary now and then.
     *
     * @param connection the monitor's own connection, in auto-commit
     */
    default @Nullable Boolean semiSynchronous(Connection connection) throws SQLException {
        return null;
    }

    /**
     * For how long the server's process has run: one more statement that needs no privilege, sent over a new connection.
     * It tells a promotion from a restart, after which a server may be writable only because its configuration says so.
     *
     * @param connection the monitor's own connection, in auto-commit
     * @return in whole seconds, up to one second too many; zero where the server cannot tell
     */
    default Duration uptime(Connection connection) throws SQLException {
        return Duration.ZERO;
    }

    /**
     * The statement that has the server report each commit of a session along with its acknowledgement; null where it
     * has nothing to report. May ask the server once.
     *
     * @param connection a new connection of the application
     */
    default @Nullable String commitReports(Connection connection) throws SQLException {
        return null;
    }

    /**
     * What a report of a commit says.
     *
     * @throws IllegalArgumentException when it is not understood
     */
    default Position commit(String report) {
        throw new IllegalArgumentException("this dialect knows no reports of commits");
    }

    /**
     * Waits on a replica until it has executed what is asked for: one statement, which begins no transaction.
     *
     * @param wanted what must be there; a position of this server's kind
     * @param limit how long to wait, rounded to milliseconds
     * @return how far the replica has come, at least as far as wanted; null when it has not in time, or cannot tell
     */
    default @Nullable Position await(Connection connection, Position wanted, Duration limit) throws SQLException {
        return null;
    }

    /**
     * Waits on a primary until it has committed what it is committing now, and what its replicas may therefore show already:
     * one statement where that is nothing, else two, which begin no transaction. Nothing where the server does not tell.
     *
     * @param limit how long to wait, at least a millisecond
     * @return false when it has not in time
     */
    default boolean awaitCommitting(Connection connection, Duration limit) throws SQLException {
        return true;
    }

    /**
     * What the server has written as a source up to now, and at least everything that reads on it may have seen: one
     * statement; null or empty where it cannot tell.
     */
    default @Nullable Position written(Connection connection) throws SQLException {
        return observe(connection).sent();
    }

    /**
     * What the server has executed as a replica up to now, and at least everything that reads on it may have seen: one
     * statement; null or empty where it cannot tell.
     */
    default @Nullable Position executed(Connection connection) throws SQLException {
        return observe(connection).executed();
    }

    /** What an error says beyond the failure itself. */
    ErrorKind classify(SQLException error);
}
