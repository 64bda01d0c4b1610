package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.event.NodeStateChangedEvent;
import io.github.replicationrouting.event.PrimaryChangedEvent;
import io.github.replicationrouting.topology.NodeState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** What has happened lately: what the router has noticed, and what was done to the servers. Thread-safe. */
@Component
class Journal {

    private static final int REMEMBERED = 30;

    private final Deque<Entry> entries = new ArrayDeque<>();

    record Entry(Instant at, String text) {}

    @EventListener
    void nodeStateChanged(NodeStateChangedEvent event) {
        note("%s: %s, was %s%s"
                .formatted(
                        event.node(),
                        word(event.after()),
                        word(event.before()),
                        event.reason() == null ? "" : " (" + event.reason() + ")"));
    }

    @EventListener
    void primaryChanged(PrimaryChangedEvent event) {
        note(
                event.after() == null
                        ? "nobody takes writes, " + event.before() + " did"
                        : "writes go to " + event.after());
    }

    private static String word(NodeState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    synchronized void note(String text) {
        entries.addFirst(new Entry(Instant.now(), text));
        if (entries.size() > REMEMBERED) {
            entries.removeLast();
        }
    }

    /** The newest first. */
    synchronized List<Entry> entries() {
        return new ArrayList<>(entries);
    }
}
