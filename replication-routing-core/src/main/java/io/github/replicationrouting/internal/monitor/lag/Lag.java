package io.github.replicationrouting.internal.monitor.lag;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The lag of a replica as far as it is known. Unknown is a value of its own, never zero. */
public sealed interface Lag {

    /** At most this. */
    record Known(Duration bound) implements Lag {}

    /** More than this; how much more is not known. */
    record MoreThan(Duration minimum) implements Lag {}

    /** Not known. */
    record Unknown(String why) implements Lag {}

    /** Not evaluated: the replica serves whatever its lag. */
    record NotEvaluated() implements Lag {}

    /** Returns the upper bound, or null where there is none. */
    default @Nullable Duration bound() {
        return this instanceof Known known ? known.bound : null;
    }
}
