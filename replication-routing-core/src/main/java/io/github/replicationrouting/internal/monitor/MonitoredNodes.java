package io.github.replicationrouting.internal.monitor;

import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The nodes that are watched, and which of them is the primary now. Changed on the monitor's thread only. */
final class MonitoredNodes implements Iterable<NodeRecord> {

    /** Others may look nodes up in it. */
    private final List<NodeRecord> nodes = new CopyOnWriteArrayList<>();

    /** All names: of nodes on their way in, too, and no more of those on their way out. */
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    @Nullable
    NodeRecord primary;

    /** Takes a name, from any thread. */
    void claim(String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("There is already a node named " + name);
        }
    }

    /** Gives a name up, from any thread. */
    void renounce(String name) {
        if (!names.remove(name)) {
            throw new IllegalArgumentException("There is no node named " + name);
        }
    }

    void add(NodeRecord watch) {
        nodes.add(watch);
    }

    void remove(NodeRecord watch) {
        nodes.remove(watch);
    }

    NodeRecord get(int index) {
        return nodes.get(index);
    }

    int size() {
        return nodes.size();
    }

    /** A view in the order of the configuration. */
    List<NodeRecord> all() {
        return nodes;
    }

    Stream<NodeRecord> stream() {
        return nodes.stream();
    }

    @Override
    public Iterator<NodeRecord> iterator() {
        return nodes.iterator();
    }
}
