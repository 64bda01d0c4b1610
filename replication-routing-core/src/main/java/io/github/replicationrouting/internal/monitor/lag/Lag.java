package io.github.replicationrouting.internal.monitor.lag;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is known of a replica's lag. Unknown is a value of its own, never zero. */
public sealed interface Lag {

    /** At most this. */
    record Known(Duration bound) implements Lag {}

    /** More than this, but nobody knows how much. */
    record MoreThan(Duration least) implements Lag {}

    /** Nothing. */
    record Unknown(String why) implements Lag {}

    /** Nobody wants to know: the replica serves whatever its lag. */
    record NotJudged() implements Lag {}

    /** The bound, or null. */
    default @Nullable Duration bound() {
        return this instanceof Known known ? known.bound : null;
    }
}
