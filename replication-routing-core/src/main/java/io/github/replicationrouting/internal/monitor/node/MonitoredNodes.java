package io.github.replicationrouting.internal.monitor.node;

import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The nodes that are watched, and which of them is the primary now. Changed on the monitor's thread only. */
public final class MonitoredNodes implements Iterable<NodeRecord> {

    /** Others may look nodes up in it. */
    private final List<NodeRecord> nodes = new CopyOnWriteArrayList<>();

    /** All names: of nodes on their way in, too, and no more of those on their way out. */
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    @Nullable
    public NodeRecord primary;

    /** Takes a name, from any thread. */
    public void claim(String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("There is already a node named " + name);
        }
    }

    /** Gives a name up, from any thread. */
    public void renounce(String name) {
        if (!names.remove(name)) {
            throw new IllegalArgumentException("There is no node named " + name);
        }
    }

    public void add(NodeRecord watch) {
        nodes.add(watch);
    }

    public void remove(NodeRecord watch) {
        nodes.remove(watch);
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
