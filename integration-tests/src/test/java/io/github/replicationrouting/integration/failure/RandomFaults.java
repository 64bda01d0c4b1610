package io.github.replicationrouting.integration.failure;

import io.github.replicationrouting.test.ClusterNode;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Applies and ends faults of replicas, each on a separate thread, in a rhythm that a seed determines. */
final class RandomFaults {

    private record Fault(Consumer<ClusterNode> harm, Consumer<ClusterNode> cure) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault(ClusterNode::kill, ClusterNode::start),
            new Fault(ClusterNode::freeze, ClusterNode::thaw),
            new Fault(ClusterNode::partition, ClusterNode::restoreNetwork),
            new Fault(ClusterNode::stopApplier, ClusterNode::startApplier),
            new Fault(ClusterNode::stopReceiver, ClusterNode::startReceiver));

    private final long seed;
    private final Duration length;
    private final CountDownLatch never = new CountDownLatch(1);

    RandomFaults(long seed, Duration length) {
        this.seed = seed;
        this.length = length;
    }

    /** Returns how many faults there were, when the time is over and the last one has ended. */
    int applyTo(List<ClusterNode> nodes) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
        try {
            List<Future<Integer>> counts = nodes.stream()
                    .map(node -> threads.submit(() -> applyTo(node, new Random(seed + nodes.indexOf(node)))))
                    .toList();
            int all = 0;
            for (Future<Integer> count : counts) {
                all += count.get();
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private int applyTo(ClusterNode node, Random random) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        int faults = 0;
        while (end - System.nanoTime() > 0) {
            Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
            fault.harm.accept(node);
            try {
                pause(200 + random.nextInt(5_000));
            } finally {
                fault.cure.accept(node);
            }
            faults++;
            pause(random.nextInt(3_000));
        }
        return faults;
    }

    /** The rhythm of the faults; no condition is awaited here. */
    private void pause(long millis) throws InterruptedException {
        if (never.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the latch was opened");
        }
    }
}
