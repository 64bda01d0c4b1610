package io.github.replicationrouting.spi;

import io.github.replicationrouting.position.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a router that depend on the kind of database server: its queries, the meaning of its answers and errors,
 * and the SQL that changes a session. Implement it to add a database; {@code docs/extending.md} explains it method by
 * method. Implementations are stateless and thread-safe.
 *
 * <p>Unless stated otherwise, a connection that is passed in belongs to the monitor and is in auto-commit mode, and a
 * call blocks at most as long as the timeouts of that connection allow.
 */
public interface ReplicationDialect {

    // --- identification

    /** Returns the short name as in {@code nodes.<name>.dialect} and in session tokens, for example {@code mysql}. */
    String name();

    /**
     * Returns whether this dialect is for the server behind a connection.
     *
     * @param productVersion {@code DatabaseMetaData.getDatabaseProductVersion()}, the server's version string
     */
    boolean supports(String productVersion);

    /**
     * Returns how the JDBC URL of its own driver begins, for example {@code jdbc:mysql:}; null for none. A node with
     * such a URL needs no declared dialect.
     */
    default @Nullable String urlPrefix() {
        return null;
    }

    /** Returns the Maven coordinates of that driver, {@code groupId:artifactId}, for a message; null for none. */
    default @Nullable String driver() {
        return null;
    }

    /** Returns the port of a URL that names none. */
    default int defaultPort() {
        return 0;
    }

    // --- the session of a connection

    /**
     * Asks a session for its settings: one statement. Called once on each new connection of a pool, and where SQL text
     * of the application may have changed them.
     *
     * @param connection a connection of the application
     */
    SessionSettings sessionSettings(Connection connection) throws SQLException;

    /**
     * Returns the statement that changes settings of a session and nothing else. It begins no transaction, and ends an
     * open one only by switching auto-commit on.
     *
     * @param change what to change, not empty; {@code autoCommit} is null where the driver changes it itself
     */
    String setStatement(SessionSettings.Change change);

    // --- role, position and replication

    /** Asks for role and position: one statement that needs no privilege, sent with every probe. */
    Observation observe(Connection connection) throws SQLException;

    /**
     * Asks for the state of replication: one more statement, which may need a grant, and may block while an operator's
     * {@code STOP REPLICA} does. Never returns {@link Replication.NotAsked}.
     */
    Replication replication(Connection connection) throws SQLException;

    /**
     * Asks a server whose {@link #observe} showed no position for its place in its own log: one more statement, which
     * needs a grant.
     *
     * @param observation what {@link #observe} has just shown
     * @return null where the server writes no log, or the account may not ask
     */
    default @Nullable Position logPosition(Connection connection, Observation observation) throws SQLException {
        return null;
    }

    /**
     * Asks a server for its group: one more statement, sent with each probe of a member, and from time to time to other
     * servers. By default there are no groups.
     *
     * <p>A server that belongs to a group and does not show it, because it is leaving or the account may not ask, is a
     * member that serves nothing, see {@link GroupMembership#notPermitted}. Where the answer is not known at all, the
     * statement fails.
     *
     * @param seen what {@link #observe} has just shown
     * @return the same with what the server reports of its group; unchanged where it is in none
     */
    default Observation observeGroup(Connection connection, Observation seen) throws SQLException {
        return seen;
    }

    /**
     * Asks which other servers this one knows: its replicas, as far as they report their address, and the members of
     * its group or cluster. By default it knows none.
     *
     * @param missing accepts a grant without which something cannot be asked
     */
    default List<Member> members(Connection connection, Consumer<String> missing) throws SQLException {
        return List.of();
    }

    /**
     * Asks whether commits wait for a replica now: one statement that needs no privilege, sent to a primary from time
     * to time. Null where the server knows no such thing.
     */
    default @Nullable Boolean semiSynchronous(Connection connection) throws SQLException {
        return null;
    }

    /**
     * Asks how long the server's process has run: one statement that needs no privilege, sent over each new connection.
     * It distinguishes a promotion from a restart, after which a server may be writable only because of its
     * configuration.
     *
     * @return in whole seconds, at most one second too many; zero where the server does not know
     */
    default Duration uptime(Connection connection) throws SQLException {
        return Duration.ZERO;
    }

    // --- consistency of sessions

    /**
     * Returns the statement that makes the server report each commit of a session with its acknowledgement; null where
     * the server has no such reports. May ask the server once.
     *
     * @param connection a new connection of the application
     */
    default @Nullable String commitTrackingStatement(Connection connection) throws SQLException {
        return null;
    }

    /**
     * Parses a position from the text of a commit report or of a session token.
     *
     * @throws IllegalArgumentException if the text is no position of this server's kind
     */
    default Position parsePosition(String text) {
        throw new IllegalArgumentException("dialect " + name() + " does not parse positions");
    }

    /**
     * Returns whether {@link #parsePosition} reads what {@code position.toString()} returns, so that session tokens can
     * hold the position. They hold the time of the commit where no dialect does.
     */
    default boolean canParse(Position position) {
        return false;
    }

    /**
     * Waits on a replica until it has executed a position: one statement, which begins no transaction, or one that is
     * repeated where the server cannot wait.
     *
     * @param connection a connection of the application
     * @param wanted what must be executed
     * @param timeout how long to wait, rounded to milliseconds
     * @return what the replica has executed, at least {@code wanted}; null when the time is over, or the server does
     *     not know
     */
    default @Nullable Position await(Connection connection, Position wanted, Duration timeout) throws SQLException {
        return null;
    }

    /**
     * Waits on a primary until it has committed what it is committing now, and what its replicas may therefore show
     * already: one statement where there is nothing, else two, which begin no transaction. By default it does not wait.
     *
     * <p>Waits on a member of a group until it has applied everything that the group had committed, which another member
     * may show already: a few statements. The servers end that wait late or never, so that only the network timeout of
     * the connection limits it, and the connection is lost then.
     *
     * @param connection a connection of the application
     * @param timeout how long to wait, at least a millisecond
     * @return false when the time is over, or the server has not proven it
     */
    default boolean awaitCommitting(Connection connection, Duration timeout) throws SQLException {
        return true;
    }

    /**
     * Asks what the server has written as a source up to now, and at least everything that reads on it may have seen:
     * one statement. Null or empty where it does not know.
     *
     * @param connection a connection of the application
     */
    default @Nullable Position written(Connection connection) throws SQLException {
        return observe(connection).sent();
    }

    /**
     * Asks what the server has executed as a replica up to now, and at least everything that reads on it may have seen:
     * one statement. Null or empty where it does not know.
     *
     * @param connection a connection of the application
     */
    default @Nullable Position executed(Connection connection) throws SQLException {
        return observe(connection).executed();
    }

    // --- errors

    /** Returns what an error means beyond the failure of one statement. */
    ErrorKind classify(SQLException error);

    /**
     * Asks a server that has answered with {@link ErrorKind#COMMIT_REFUSED} whether it still belongs to its group: one
     * statement. Then the group has not committed the transaction either.
     *
     * @param connection the connection of the application that got the error; limited by a network timeout
     * @param waited time between the call and the error
     * @return {@link ErrorKind#ROLLED_BACK} or {@link ErrorKind#NOT_IN_GROUP} where nothing was committed; else, as by
     *     default, {@link ErrorKind#COMMIT_REFUSED}
     */
    default ErrorKind kindOfRefusedCommit(Connection connection, SQLException error, Duration waited)
            throws SQLException {
        return ErrorKind.COMMIT_REFUSED;
    }

    /**
     * Returns why a server does not let a connection in, or ends one, as far as one error shows it; null where it shows
     * nothing of the kind. Called for each error of a chain of causes by itself.
     *
     * @param error what the server or its driver reported; the reason returned must not quote its message
     */
    default @Nullable ServerRefusal refusal(SQLException error) {
        return null;
    }

    // --- servers that replicate from each other without a group

    /**
     * Asks a server that takes writes besides others for the settings in which they must differ: one statement that
     * needs no privilege, sent over each new connection and from time to time. Null where the server has none.
     */
    default @Nullable WriterSettings writerSettings(Connection connection) throws SQLException {
        return null;
    }
}
