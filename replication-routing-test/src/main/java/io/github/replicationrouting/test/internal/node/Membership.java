package io.github.replicationrouting.test.internal.node;

import java.sql.SQLException;
import java.util.List;

/**
 * How one node takes part in its cluster: as the primary or a replica, or as the member of a group. Changes are guarded
 * by the node.
 */
public interface Membership {

    /**
     * Returns the replication of a primary or a replica.
     *
     * @throws IllegalStateException if the node is the member of a group
     */
    NodeReplication replication();

    /**
     * Returns the member of a group.
     *
     * @throws IllegalStateException if the node is a primary or a replica
     */
    GroupMember member();

    /** Prepares a server with an empty data directory. */
    void initialize();

    /** Starts a server that does not run, in its role, and lets it accept the application's connections. */
    void start();

    /** Ends what keeps a server that runs from taking part; of faults of process and network nothing. */
    void endFaults();

    /** Prepares for the application's access, when the cluster is complete. */
    void onOpen();

    void readOnly(boolean readOnly);

    /** Executes statements on this server only, also where it is read-only. */
    void executeUnlogged(List<String> statements);

    /** Returns whether the server reports that it is read-only. */
    boolean isReadOnly() throws SQLException;

    /** As {@link #isReadOnly()}, where the server has to answer. */
    boolean reportsReadOnly();

    /** Returns the position up to which the server has executed. */
    String position();

    /** Returns whether the server has executed everything up to the position of another node. */
    boolean hasExecuted(String position) throws SQLException;

    /** As {@link #hasExecuted(String)}, where the server has to answer. */
    boolean contains(String position);

    /** Describes role and position, for error messages. */
    String describe() throws SQLException;
}
