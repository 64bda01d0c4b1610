package io.github.replicationrouting.integration.selection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A number of read-only transactions by several concurrent threads. */
final class ReadLoad {

    private record Read(String node, long nanos) {}

    /** The results of the reads. */
    record Result(Map<String, Integer> byNode, List<Long> sortedNanos, double seconds) {

        double share(String node) {
            return byNode.getOrDefault(node, 0) / (double) sortedNanos.size();
        }

        double millis(double quantile) {
            return sortedNanos.get((int) (quantile * (sortedNanos.size() - 1))) / 1e6;
        }

        double perSecond() {
            return sortedNanos.size() / seconds;
        }
    }

    private ReadLoad() {}

    static Result run(TestRouter router, int threads, int reads) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            long began = System.nanoTime();
            List<Future<List<Read>>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                parts.add(executor.submit(() -> part(router, reads / threads)));
            }
            List<Read> all = new ArrayList<>();
            for (Future<List<Read>> part : parts) {
                all.addAll(part.get());
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            Map<String, Integer> byNode = new HashMap<>();
            all.forEach(read -> byNode.merge(read.node(), 1, Integer::sum));
            return new Result(byNode, all.stream().map(Read::nanos).sorted().toList(), seconds);
        } finally {
            executor.shutdownNow();
        }
    }

    private static List<Read> part(TestRouter router, int reads) {
        List<Read> done = new ArrayList<>(reads);
        for (int i = 0; i < reads; i++) {
            long began = System.nanoTime();
            String node = router.read();
            done.add(new Read(node, System.nanoTime() - began));
        }
        return done;
    }
}
