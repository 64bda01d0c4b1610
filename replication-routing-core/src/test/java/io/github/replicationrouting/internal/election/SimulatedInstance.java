package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One instance of an application that monitors {@link SimulatedServers}, in virtual time. Not thread-safe. */
final class SimulatedInstance {

    static final Duration INTERVAL = Duration.ofMillis(500);
    static final Duration GAP = Duration.ofMillis(2200);
    private static final long ROUND_TRIP = Duration.ofMillis(1).toNanos();
    private static final int FAILURE_THRESHOLD = 2;

    private final List<NodeSpec> specs;
    private final @Nullable Answer[] seen;
    private final RoleHistory[] roles;
    private final int[] failures;
    private final boolean[] alive;
    private Claim claim = Claim.NONE;
    private boolean decided;
    private @Nullable ElectionResult result;

    SimulatedInstance(int size) {
        specs = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            specs.add(NodeSpec.of("db" + (i + 1), "jdbc:mysql://db" + (i + 1)));
        }
        seen = new Answer[size];
        roles = new RoleHistory[size];
        Arrays.fill(roles, RoleHistory.NONE);
        failures = new int[size];
        alive = new boolean[size];
    }

    private SimulatedInstance(SimulatedInstance other) {
        specs = other.specs;
        seen = other.seen.clone();
        roles = other.roles.clone();
        failures = other.failures.clone();
        alive = other.alive.clone();
        claim = other.claim;
        decided = other.decided;
        result = other.result;
    }

    SimulatedInstance copy() {
        return new SimulatedInstance(this);
    }

    /** Returns the node to which it writes now, or -1. */
    int primary() {
        return result == null ? -1 : result.primary();
    }

    /** Returns the node that holds the claim, also while it is absent, or -1. */
    int incumbent() {
        return claim.node() == null ? -1 : Integer.parseInt(claim.node().substring(2)) - 1;
    }

    /** Returns when the newest probe was sent whose answer showed the incumbent fit. */
    long incumbentFitAt() {
        return claim.fitAt();
    }

    @Nullable
    ElectionResult result() {
        return result;
    }

    /** Probes all nodes once, in this order. */
    void probe(SimulatedServers servers, long now, int[] order) {
        for (int k = 0; k < order.length; k++) {
            probe(servers, order[k], now + 2L * k * ROUND_TRIP);
        }
    }

    /** Probes one node, and elects the primary. */
    void probe(SimulatedServers servers, int node, long now) {
        if (servers.servers[node].answers()) {
            recordAnswer(servers, node, now);
        } else if (++failures[node] >= FAILURE_THRESHOLD || seen[node] == null) {
            alive[node] = false;
        }
        evaluate();
    }

    private void recordAnswer(SimulatedServers servers, int node, long sentAt) {
        long arrivedAt = sentAt + ROUND_TRIP;
        Observation observation = servers.observe(node);
        if (failures[node] > 0 || seen[node] == null) {
            long seconds =
                    Duration.ofNanos(sentAt - servers.servers[node].startedAt).toSeconds();
            observation = observation.withUptime(Duration.ofSeconds(seconds));
        }
        Answer now = new Answer(sentAt, arrivedAt, observation, servers.replication(node), true);
        roles[node] = roles[node].after(seen[node], now);
        seen[node] = now;
        failures[node] = 0;
        alive[node] = true;
    }

    private void evaluate() {
        List<NodeView> views = new ArrayList<>(specs.size());
        for (int i = 0; i < specs.size(); i++) {
            decided |= i == specs.size() - 1 && allProbed();
            views.add(new NodeView(specs.get(i), alive[i], seen[i], roles[i], alive[i] ? null : "is down"));
        }
        if (decided) {
            ElectionResult found = PrimaryElection.elect(views, claim, GAP, false, this::hasFollowed);
            claim = claim.after(found, views, GAP);
            result = found;
        }
    }

    /** Returns whether a position is within that of the primary, or that one is not known. */
    private boolean hasFollowed(@Nullable Position executed) {
        Answer primary = primary() < 0 ? null : seen[primary()];
        Position written = primary == null ? null : primary.observation().written();
        return written == null || (executed != null && written.contains(executed));
    }

    private boolean allProbed() {
        for (int i = 0; i < specs.size(); i++) {
            if (seen[i] == null && failures[i] == 0) {
                return false;
            }
        }
        return true;
    }
}
