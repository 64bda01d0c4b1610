package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Servers, an operator's actions, and two instances that write to the primary that each has elected: one runs from the
 * beginning, and one starts later. Every interval both probe all nodes and write once; writes are replicated in the
 * next interval, so that a server that is killed loses its newest transactions. Not thread-safe.
 */
final class World {

    private static final int MAX_INTERVALS_APART = 2;

    final SimulatedServers servers;
    private final SimulatedInstance first;
    private final SuccessionChecker firstChecker;
    private SimulatedInstance second;
    private SuccessionChecker secondChecker;
    private boolean secondRuns;
    private final List<String> history;
    private final int[] order;
    private long now;
    private int intervalsApart;
    long steps;

    World(SimulatedServers servers) {
        this.servers = servers;
        int size = servers.servers.length;
        first = new SimulatedInstance(size);
        firstChecker = new SuccessionChecker();
        second = new SimulatedInstance(size);
        secondChecker = new SuccessionChecker();
        history = new ArrayList<>();
        order = IntStream.range(0, size).toArray();
    }

    private World(World other) {
        servers = other.servers.copy();
        first = other.first.copy();
        firstChecker = other.firstChecker.copy();
        second = other.second.copy();
        secondChecker = other.secondChecker.copy();
        secondRuns = other.secondRuns;
        history = new ArrayList<>(other.history);
        order = other.order.clone();
        now = other.now;
        intervalsApart = other.intervalsApart;
        steps = other.steps;
    }

    World copy() {
        return new World(this);
    }

    long now() {
        return now;
    }

    SimulatedInstance first() {
        return first;
    }

    SimulatedInstance second() {
        return second;
    }

    /** Adds an action of the operator to the trace. */
    void recordAction(String action) {
        history.add(action);
    }

    /** Starts or restarts the second instance, which knows nothing yet. */
    void startSecond() {
        second = new SimulatedInstance(servers.servers.length);
        secondChecker = new SuccessionChecker();
        secondRuns = true;
        intervalsApart = 0;
        history.add("second instance starts");
    }

    void pass(int intervals) {
        for (int i = 0; i < intervals; i++) {
            interval();
        }
        history.add(intervals + " intervals: " + this);
    }

    private void interval() {
        steps++;
        now += SimulatedInstance.INTERVAL.toNanos();
        servers.replicate();
        probe(first, firstChecker, now);
        if (secondRuns) {
            probe(
                    second,
                    secondChecker,
                    now + SimulatedInstance.INTERVAL.dividedBy(3).toNanos());
        }
        int one = write(first);
        int other = secondRuns ? write(second) : -1;
        intervalsApart = one >= 0 && other >= 0 && one != other ? intervalsApart + 1 : 0;
        assertThat(intervalsApart)
                .as(() -> "intervals in which two instances wrote to different nodes: " + trace())
                .isLessThanOrEqualTo(MAX_INTERVALS_APART);
    }

    private void probe(SimulatedInstance instance, SuccessionChecker checker, long at) {
        for (int k = 0; k < order.length; k++) {
            instance.probe(servers, order[k], at + k * 2_000_000L);
            checker.probe(instance, servers, this::trace);
        }
    }

    /** Returns the node that has acknowledged a write of this instance, or -1. */
    private int write(SimulatedInstance instance) {
        int primary = instance.primary();
        return primary >= 0 && servers.write(primary) ? primary : -1;
    }

    /** Sets the order in which nodes are probed from now on. */
    void probeInOrder(int[] nodes) {
        System.arraycopy(nodes, 0, order, 0, order.length);
    }

    String trace() {
        return String.join("\n  ", history) + "\n  now " + this;
    }

    @Override
    public String toString() {
        return servers + "; first " + describe(first) + (secondRuns ? ", second " + describe(second) : "");
    }

    private static String describe(SimulatedInstance instance) {
        ElectionResult result = instance.result();
        return (instance.primary() < 0 ? "has none" : "writes to db" + (instance.primary() + 1))
                + (result == null ? "" : " (" + result.reason() + ", claim of db" + (instance.incumbent() + 1) + ")");
    }
}
