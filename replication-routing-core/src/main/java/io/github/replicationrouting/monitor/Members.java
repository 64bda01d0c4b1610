package io.github.replicationrouting.monitor;

import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The nodes that are watched, and which of them is the primary now. Changed on the monitor's thread only. */
final class Members implements Iterable<NodeWatch> {

    /** Others may look nodes up in it. */
    private final List<NodeWatch> nodes = new CopyOnWriteArrayList<>();

    /** All names: of nodes on their way in, too, and no more of those on their way out. */
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    @Nullable
    NodeWatch primary;

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

    void add(NodeWatch watch) {
        nodes.add(watch);
    }

    void remove(NodeWatch watch) {
        nodes.remove(watch);
    }

    NodeWatch get(int index) {
        return nodes.get(index);
    }

    int size() {
        return nodes.size();
    }

    /** A view in the order of the configuration. */
    List<NodeWatch> all() {
        return nodes;
    }

    Stream<NodeWatch> stream() {
        return nodes.stream();
    }

    @Override
    public Iterator<NodeWatch> iterator() {
        return nodes.iterator();
    }
}
