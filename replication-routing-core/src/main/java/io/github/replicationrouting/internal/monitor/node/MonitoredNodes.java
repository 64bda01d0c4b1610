package io.github.replicationrouting.internal.monitor.node;

import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The nodes that are monitored, and which of them take writes now. Changed on the monitor's thread only. */
public final class MonitoredNodes implements Iterable<NodeRecord> {

    /** Other threads may read it. */
    private final List<NodeRecord> nodes = new CopyOnWriteArrayList<>();

    /** The names in use: of a node from the call that adds it to the call that removes it. */
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    private @Nullable NodeRecord primary;

    private List<NodeRecord> writers = List.of();

    /** Reserves a name, from any thread. */
    public void reserveName(String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("There is already a node named " + name);
        }
    }

    /** Frees a name, from any thread. */
    public void releaseName(String name) {
        if (!names.remove(name)) {
            throw new IllegalArgumentException("There is no node named " + name);
        }
    }

    public void add(NodeRecord record) {
        nodes.add(record);
    }

    public void remove(NodeRecord record) {
        nodes.remove(record);
    }

    public @Nullable NodeRecord primary() {
        return primary;
    }

    /**
     * Records which nodes take writes from now on.
     *
     * @param next the one that takes all of them; null for none, or for several that share them
     */
    public void setWriters(@Nullable NodeRecord next, List<NodeRecord> all) {
        primary = next;
        writers = List.copyOf(all);
    }

    /** Returns the nodes that take writes: the primary alone, or several. */
    public List<NodeRecord> writers() {
        return writers;
    }

    public boolean hasWriter() {
        return !writers.isEmpty();
    }

    public boolean isPrimary(NodeRecord record) {
        return record == primary;
    }

    public NodeRecord get(int index) {
        return nodes.get(index);
    }

    public int size() {
        return nodes.size();
    }

    /** A view in the order of the configuration. */
    public List<NodeRecord> all() {
        return nodes;
    }

    public Stream<NodeRecord> stream() {
        return nodes.stream();
    }

    @Override
    public Iterator<NodeRecord> iterator() {
        return nodes.iterator();
    }
}
