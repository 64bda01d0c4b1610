package io.github.replicationrouting.internal.monitor.node;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** What was logged of one node, so that it is not logged again. Changed by the publisher alone. */
public final class LoggedWarnings {

    private static final Duration BETWEEN_REFUSALS = Duration.ofMinutes(1);

    private final Set<String> texts = new HashSet<>();
    private long refusalLoggedAt;
    private boolean refusalLogged;

    LoggedWarnings(long now) {
        this.refusalLoggedAt = now - Duration.ofDays(1).toNanos();
    }

    /** Returns whether this is the first warning with this text. */
    public boolean isFirst(String text) {
        return texts.add(text);
    }

    /**
     * Returns whether to log that the server refuses probes: once a minute, because where each probe opens a connection
     * it may begin and end with every one.
     */
    public boolean logsRefusal(long now) {
        refusalLogged = now - refusalLoggedAt >= BETWEEN_REFUSALS.toNanos();
        if (refusalLogged) {
            refusalLoggedAt = now;
        }
        return refusalLogged;
    }

    /** Whether the newest refusal was logged, so that its end is logged, too. */
    public boolean isRefusalLogged() {
        return refusalLogged;
    }
}
