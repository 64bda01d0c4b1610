package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.Node;
import java.time.Duration;

/**
 * Recorder of the events that a router counts or times. Every method does nothing by default.
 *
 * <p>Each method is called by the thread that does the work that it reports, application threads included:
 * implementations must be thread-safe, return quickly and not throw. The texts that they receive are labels, fit for
 * the tags of meters; they never change.
 */
public interface RouterMetrics {

    /** A recorder that records nothing. */
    RouterMetrics NONE = new RouterMetrics() {};

    /**
     * Records that a node was chosen and has provided a connection.
     *
     * @param access the requested access, such as {@code read}
     * @param node the chosen node
     * @param reason the reason for the choice, such as {@code replica-selected}
     */
    default void decided(String access, Node node, String reason) {}

    /**
     * Records the end of a probe.
     *
     * @param node the probed node
     * @param outcome {@code answered}, or the kind of failure, such as {@code unreachable}
     */
    default void probed(Node node, String outcome) {}

    /**
     * Records that a statement of the application, or the end of a transaction, has failed.
     *
     * @param node the node on which it failed
     * @param kind the kind of error, such as {@code schema} or {@code connection-lost}
     */
    default void failed(Node node, String kind) {}

    /**
     * Records the end of a transaction that was retried, or could not be.
     *
     * @param kind {@code read} for a lost read, {@code conflict} for a transaction that the server rolled back,
     *     {@code demotion} for one whose primary had become read-only
     * @param outcome {@code succeeded}, {@code failed} if the last attempt ended in an exception, else the reason why
     *     it was not retried
     */
    default void retry(String kind, String outcome) {}

    /**
     * Records that a read has waited for a replica to contain what its session must see.
     *
     * @param waited time that it waited
     * @param outcome {@code reached}, or {@code primary} if the read went to the primary instead
     */
    default void consistencyWaited(Duration waited, String outcome) {}

    /**
     * Records that a write, or a read that only the primary can serve, has waited for a primary.
     *
     * @param waited time that it waited
     * @param outcome {@code released}, or the reason why it stopped waiting
     */
    default void held(Duration waited, String outcome) {}
}
