package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.event.GroupViewChangedEvent;
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

/** The last events of the router and the last actions on the servers. Thread-safe. */
@Component
class Journal {

    private static final int MAX_ENTRIES = 30;

    private final Deque<Entry> entries = new ArrayDeque<>();

    record Entry(Instant at, String text) {}

    @EventListener
    void nodeStateChanged(NodeStateChangedEvent event) {
        note("%s: %s, was %s%s"
                .formatted(
                        event.node(),
                        label(event.after()),
                        label(event.before()),
                        event.reason() == null ? "" : " (" + event.reason() + ")"));
    }

    @EventListener
    void primaryChanged(PrimaryChangedEvent event) {
        note(event.after() == null ? "no node takes writes, was " + event.before() : "writes go to " + event.after());
    }

    @EventListener
    void groupViewChanged(GroupViewChangedEvent event) {
        note(
                event.after() == null
                        ? "no group with a majority"
                        : "view %s of %d members"
                                .formatted(event.after().viewId(), event.after().members()));
    }

    private static String label(NodeState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    synchronized void note(String text) {
        entries.addFirst(new Entry(Instant.now(), text));
        if (entries.size() > MAX_ENTRIES) {
            entries.removeLast();
        }
    }

    /** Returns the entries, the newest first. */
    synchronized List<Entry> entries() {
        return new ArrayList<>(entries);
    }
}
