package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The statements by which the administrator controls and observes a primary and its replicas, in the dialect of one
 * database.
 */
public interface ReplicationSql extends ServerSql {

    /** Removes the binary logs and positions of a server that is not a replica. */
    List<String> resetHistory();

    /**
     * Makes a server the replica of another, whatever it was before. It starts after what it has executed, or, without
     * GTIDs, at a position in the source's binary log.
     *
     * @param logPosition the {@link #logPosition} of the source, empty for the beginning of its log
     */
    List<String> replicateFrom(InetSocketAddress source, Account replication, String logPosition);

    /** Returns the end of the server's own binary log; empty with GTIDs, where replicas do not need it. */
    String logPosition(AdminSession admin) throws SQLException;

    /** Stops replication and removes its configuration. */
    List<String> removeSource();

    List<String> delayApplier(long seconds);

    List<String> startReceiver();

    List<String> stopReceiver();

    /** Returns whether the last transaction in the relay log is incomplete and the applier waits for the rest of it. */
    boolean hasPartialTransaction(AdminSession admin) throws SQLException;

    /** Identifies the last complete transaction that the receiver has read; changes with each transaction. */
    String lastReceivedTransaction(AdminSession admin) throws SQLException;

    List<String> startApplier();

    List<String> stopApplier();

    /** Returns the position up to which the server has executed. */
    String position(AdminSession admin, boolean replica) throws SQLException;

    /** Returns whether the first server has transactions that the second lacks; false where that is unknown. */
    boolean isAheadOf(AdminSession admin, AdminSession other) throws SQLException;

    /** Returns whether a replica has applied everything that it has received. */
    boolean hasAppliedReceived(AdminSession admin) throws SQLException;

    /** Returns the state of receiver and applier; empty for a server that is not a replica. */
    Optional<ReplicationStatus> status(AdminSession admin) throws SQLException;
}
