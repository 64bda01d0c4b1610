package io.github.replicationrouting.integration.election;

import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.NodeRole;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies faults, promotes and repairs nodes in an order that a seed determines, as a careful administrator does: it
 * promotes only when the primary is lost or was made read-only, and only a replica that has what the others have; and
 * it makes sure that the applications follow.
 */
final class Operator {

    private static final Logger log = LoggerFactory.getLogger(Operator.class);

    /** Until an application has certainly observed the previous step. */
    private static final int SOME_PROBES = 3;

    /** Time that applications have to follow before the operator helps. */
    private static final int PATIENCE = 20;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int MAX_ACTIONS_WITHOUT_MENDING = 4;

    private interface Action {
        void take() throws InterruptedException;
    }

    private final ReplicatedCluster cluster;
    private final Instances instances;
    private final Random random;
    private final PrimaryTerms terms;
    private final Ledger ledger;
    private final Map<String, Integer> counts = new TreeMap<>();
    private final CountDownLatch never = new CountDownLatch(1);

    /** The nodes that replicate from the primary, directly or indirectly, with the source of each. */
    private final Map<ClusterNode, ClusterNode> sources = new HashMap<>();

    Operator(ReplicatedCluster cluster, Instances instances, PrimaryTerms terms, long seed) {
        this.cluster = cluster;
        this.terms = terms;
        this.instances = instances;
        this.random = new Random(seed);
        this.ledger = new Ledger(cluster.database());
        cluster.replicas().forEach(replica -> sources.put(replica, cluster.primary()));
    }

    Ledger ledger() {
        return ledger;
    }

    /** Counts of each action. */
    Map<String, Integer> counts() {
        return counts;
    }

    void work(Duration length) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        int actions = 0;
        while (end - System.nanoTime() > 0) {
            if (usableFollowers().isEmpty() || ++actions > MAX_ACTIONS_WITHOUT_MENDING) {
                repair();
                actions = 0;
            }
            act();
            pause(1_000);
        }
        repair();
    }

    private void act() throws InterruptedException {
        Action action =
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> this::failOver;
                    case 3, 4, 5 -> this::switchOver;
                    case 6 -> this::losePrimaryForAWhile;
                    case 7 -> this::makePrimaryReadOnlyForAWhile;
                    case 8 -> this::loseReplicaForAWhile;
                    case 9 -> this::leaveReplicaWritable;
                    case 10 -> this::repointReplica;
                    default -> this::restartSecond;
                };
        action.take();
    }

    // --- promotions

    private void failOver() throws InterruptedException {
        ClusterNode old = cluster.primary();
        ClusterNode next = pick(usableFollowers());
        if (random.nextInt(3) == 0) {
            makeWritable(next);
            instances.awaitProbes(SOME_PROBES);
        }
        lose(old);
        pause(1_500);
        maybeRestartSecond();
        if (random.nextInt(5) == 0) {
            recover(old);
            return;
        }
        print("consolidate " + next);
        cluster.consolidate(next);
        promote(next, false);
        if (random.nextBoolean()) {
            pause(2_000);
            recover(old);
            pause(1_000);
        }
    }

    private void switchOver() throws InterruptedException {
        ClusterNode old = cluster.primary();
        ClusterNode next = pick(usableFollowers());
        if (random.nextInt(3) == 0) {
            makeWritable(next);
            instances.awaitProbes(SOME_PROBES);
        }
        print("set " + old + " read-only");
        old.readOnly(true);
        maybeRestartSecond();
        next.awaitPosition(old.position());
        promote(next, true);
        if (random.nextBoolean()) {
            pause(1_000);
            print("re-point " + old + " to " + next);
            old.replicateFrom(next);
            sources.put(old, next);
        }
    }

    /** Takes the steps in a random order, until the applications follow. */
    private void promote(ClusterNode next, boolean planned) throws InterruptedException {
        boolean removes = random.nextBoolean();
        boolean writableFirst = random.nextBoolean();
        int repoints = random.nextInt(3);
        count(planned ? "switchover" : "failover");
        print("promote " + next + (removes ? ", source removed" : ", source stopped")
                + (writableFirst ? ", writable first" : ", writable last") + ", others "
                + List.of("first", "last", "never").get(repoints));
        terms.begin(next.name(), planned);
        cluster.notePrimary(next);
        List<ClusterNode> others =
                usableFollowers().stream().filter(node -> node != next).toList();
        sources.clear();
        if (repoints == 0) {
            repoint(others, next);
        }
        if (writableFirst) {
            makeWritable(next);
            maybeRestartSecond();
        }
        if (removes) {
            next.removeSource();
        } else {
            next.stopReceiver();
            next.stopApplier();
        }
        if (!writableFirst) {
            maybeRestartSecond();
            makeWritable(next);
        }
        if (repoints == 1) {
            maybeRestartSecond();
            repoint(others, next);
        }
        if (repoints == 2) {
            // As if they had never been changed.
            others.forEach(ClusterNode::startReceiver);
        }
        maybeRestartSecond();
        helpToFollow(next);
        if (!removes) {
            print("remove the source of " + next);
            next.removeSource();
        }
    }

    private void repoint(List<ClusterNode> nodes, ClusterNode source) {
        for (ClusterNode node : nodes) {
            node.replicateFrom(source);
            sources.put(node, source);
        }
    }

    private void helpToFollow(ClusterNode next) {
        for (int i = 0; i < PATIENCE && !follow(next); i++) {
            instances.awaitProbes(1);
        }
        if (!follow(next)) {
            count("helped");
            print("set " + next + " read-only and writable again");
            next.removeSource();
            next.readOnly(true);
            instances.awaitProbes(SOME_PROBES);
            next.readOnly(false);
        }
        await().atMost(LIMIT).until(() -> follow(next));
        instances.awaitWrite(next);
    }

    /** An instance that has just started refuses, as documented, to choose between two. */
    private boolean follow(ClusterNode next) {
        return instances.firstAgreesOn(next) && (instances.secondAgreesOn(next) || hasRival());
    }

    /** Returns whether an old primary is writable as well. */
    private boolean hasRival() {
        return cluster.replicas().stream()
                .anyMatch(node -> node.answers() && !sources.containsKey(node) && node.role() == NodeRole.PRIMARY);
    }

    private void makeWritable(ClusterNode node) {
        if (node.role() != NodeRole.PRIMARY) {
            print("make " + node + " writable");
            node.readOnly(false);
        }
    }

    // --- faults

    private void losePrimaryForAWhile() throws InterruptedException {
        count("primary lost");
        lose(cluster.primary());
        pause(3_000);
        maybeRestartSecond();
        recover(cluster.primary());
        instances.awaitWrite(cluster.primary());
    }

    private void makePrimaryReadOnlyForAWhile() throws InterruptedException {
        count("primary read-only");
        print("set " + cluster.primary() + " read-only for a while");
        cluster.primary().readOnly(true);
        pause(2_000);
        print("make " + cluster.primary() + " writable again");
        cluster.primary().readOnly(false);
        instances.awaitWrite(cluster.primary());
    }

    private void loseReplicaForAWhile() throws InterruptedException {
        count("replica lost");
        ClusterNode replica = pick(usableFollowers());
        lose(replica);
        pause(2_000);
        recover(replica);
    }

    private void leaveReplicaWritable() {
        count("replica writable");
        makeWritable(pick(usableFollowers()));
        instances.awaitProbes(SOME_PROBES);
    }

    private void repointReplica() {
        ClusterNode replica = pick(usableFollowers());
        // Directly behind the primary, to avoid a ring.
        List<ClusterNode> possible = new ArrayList<>(usableFollowers().stream()
                .filter(node -> node != replica && sources.get(node) == cluster.primary())
                .toList());
        possible.add(cluster.primary());
        ClusterNode source = pick(possible);
        count("replica re-pointed");
        print("re-point " + replica + " to " + source);
        repoint(List.of(replica), source);
        instances.awaitProbes(SOME_PROBES);
    }

    private void lose(ClusterNode node) {
        if (random.nextBoolean()) {
            print("kill " + node);
            node.kill();
        } else {
            print("freeze " + node);
            node.freeze();
        }
    }

    private void recover(ClusterNode node) {
        print("bring " + node + " back");
        terms.recovers(node.name());
        node.thaw();
        node.start();
    }

    /** Not while the only visible primary is an old one: then no instance could detect it. */
    private void restartSecond() throws InterruptedException {
        ClusterNode primary = cluster.primary();
        if (hasRival() && !(primary.answers() && primary.role() == NodeRole.PRIMARY)) {
            return;
        }
        count("instance restarted");
        print("restart the second instance");
        instances.restartSecond();
    }

    private void maybeRestartSecond() throws InterruptedException {
        if (random.nextInt(8) == 0) {
            restartSecond();
        }
    }

    // --- repairs

    /** Makes every node a replica of the primary again. */
    private void repair() {
        count("repaired");
        print("repair");
        for (ClusterNode node : cluster.replicas()) {
            if (!node.answers()) {
                recover(node);
            }
        }
        for (ClusterNode node : cluster.replicas()) {
            ledger.recordMissing(node, cluster.primary());
            cluster.rejoin(node);
        }
        cluster.awaitRoles();
        cluster.awaitReplicated();
        sources.clear();
        cluster.replicas().forEach(replica -> sources.put(replica, cluster.primary()));
        instances.awaitAgreementOn(cluster.primary());
        instances.awaitWrite(cluster.primary());
        print("repaired:\n" + cluster.describe());
    }

    private List<ClusterNode> usableFollowers() {
        return cluster.nodes().stream()
                .filter(node -> sources.containsKey(node) && node.answers())
                .toList();
    }

    private ClusterNode pick(List<ClusterNode> nodes) {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private static void print(String what) {
        log.warn("operator: {}", what);
    }

    /** The rhythm of the faults; no condition is awaited here. */
    private void pause(int atMostMillis) throws InterruptedException {
        if (never.await(random.nextInt(atMostMillis), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the latch was opened");
        }
    }
}
