package io.github.replicationrouting.integration.group;

import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Record of the node to which one instance sends all writes, with the time of each change. */
final class WriterDecisions implements TopologyListener {

    private final List<Decision> decisions = new CopyOnWriteArrayList<>();

    /**
     * One decision.
     *
     * @param at when it was made, by {@link System#nanoTime()}
     * @param writer null where no node takes writes
     */
    private record Decision(long at, @Nullable String writer) {}

    @Override
    public void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {
        NodeStatus writer = now.primary();
        add(System.nanoTime(), writer == null ? null : writer.name());
    }

    void add(long at, @Nullable String writer) {
        if (decisions.isEmpty() || !Objects.equals(newest(), writer)) {
            decisions.add(new Decision(at, writer));
        }
    }

    private @Nullable String newest() {
        return decisions.get(decisions.size() - 1).writer();
    }

    /** Returns the longest time in a row for which this instance and another one wrote to different nodes. */
    Duration longestDifference(WriterDecisions other, long from, long to) {
        List<Long> moments = new ArrayList<>(List.of(from, to));
        decisions.forEach(decision -> moments.add(decision.at));
        other.decisions.forEach(decision -> moments.add(decision.at));
        moments.removeIf(moment -> moment - from < 0 || moment - to > 0);
        Collections.sort(moments);
        long longest = 0;
        long inARow = 0;
        for (int i = 0; i + 1 < moments.size(); i++) {
            boolean differs = differ(at(moments.get(i)), other.at(moments.get(i)));
            inARow = differs ? inARow + moments.get(i + 1) - moments.get(i) : 0;
            longest = Math.max(longest, inARow);
        }
        return Duration.ofNanos(longest);
    }

    /** An instance that refuses writes disagrees with no other one. */
    private static boolean differ(@Nullable String one, @Nullable String other) {
        return one != null && other != null && !one.equals(other);
    }

    private @Nullable String at(long moment) {
        String writer = null;
        for (Decision decision : decisions) {
            if (decision.at - moment <= 0) {
                writer = decision.writer;
            }
        }
        return writer;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        long first = decisions.isEmpty() ? 0 : decisions.get(0).at;
        decisions.forEach(
                decision -> text.append(Duration.ofNanos(decision.at - first).toMillis())
                        .append(" ms: ")
                        .append(decision.writer)
                        .append("; "));
        return text.toString();
    }
}
