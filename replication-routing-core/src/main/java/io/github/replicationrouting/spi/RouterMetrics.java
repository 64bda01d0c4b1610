package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.Node;
import java.time.Duration;

/**
 * Hears what can be counted or timed. Every method is called on the path of the work that it tells of: implementations
 * are thread-safe, return at once and do not throw. The words are labels that never change.
 */
public interface RouterMetrics {

    /** Nobody counts. */
    RouterMetrics NONE = new RouterMetrics() {};

    /**
     * A node was chosen and has given a connection.
     *
     * @param access what was asked for, such as {@code read}
     * @param reason why this node, such as {@code replica-selected}
     */
    default void decided(String access, Node node, String reason) {}

    /**
     * A probe has ended.
     *
     * @param outcome {@code answered} or why not, such as {@code unreachable}
     */
    default void probed(Node node, String outcome) {}

    /**
     * A statement of the application, or the end of a transaction, has failed on a node.
     *
     * @param kind what the error says, such as {@code schema} or {@code connection-lost}
     */
    default void failed(Node node, String kind) {}

    /**
     * A transaction was run again, or could not be.
     *
     * @param kind {@code read} for a lost read, {@code conflict} for a transaction that the server rolled back,
     *     {@code demotion} for one whose primary had become read-only
     * @param outcome {@code succeeded}, {@code failed} when the call ended in an exception, or why it was not run again
     */
    default void retry(String kind, String outcome) {}

    /** A read has waited for what its session must see; {@code outcome} is {@code reached} or {@code primary}. */
    default void consistencyWaited(Duration waited, String outcome) {}

    /** A write, or a read that only a primary can serve, has waited; {@code outcome} is {@code released}, or why it gave up. */
    default void held(Duration waited, String outcome) {}
}
