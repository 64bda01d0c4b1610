package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.SimulatedServers.Server;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Long random histories of two, three and five servers: an operator that does anything at any time except to build
 * rings, and a second instance that restarts at random. {@code -Delection-model.seed} selects other histories, and
 * {@code -Delection-model.steps} sets the number of steps.
 */
class RandomElectionTest {

    private static final Logger log = LoggerFactory.getLogger(RandomElectionTest.class);

    private static final long STEPS = Long.getLong("election-model.steps", 5_000);
    private static final int STEPS_OF_A_HISTORY = 40;

    /** Fixed, so that a failure is caused by a change of the code and not by other random numbers. */
    private static final long SEED = 20_261_130;

    @ParameterizedTest
    @CsvSource({
        "2, true, true, true",
        "2, false, true, true",
        "2, true, false, false",
        "3, true, false, true",
        "3, false, true, true",
        "3, true, true, false",
        "5, true, false, true",
        "5, false, true, true",
        "5, true, true, false",
    })
    void whenAnOperatorActsAtRandomShouldNeitherElectWithoutEvidenceNorSplitInstances(
            int size, boolean readOnlyReplicas, boolean persistsReadOnly, boolean granted) {
        long seed = Long.getLong("election-model.seed", SEED);
        Random random = new Random(seed);
        long intervals = 0;
        long histories = 0;
        for (long steps = 0; steps < STEPS; histories++) {
            long historySeed = random.nextLong();
            try {
                World world = new World(new SimulatedServers(size, readOnlyReplicas, persistsReadOnly, granted));
                run(world, new Random(historySeed));
                intervals += world.steps;
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", history " + historySeed, e);
            }
            steps += STEPS_OF_A_HISTORY;
        }
        log.warn("{} nodes, seed {}: {} histories, {} intervals", size, seed, histories, intervals);
    }

    private static void run(World world, Random random) {
        int size = world.servers.servers.length;
        world.pass(3);
        assertThat(world.first().primary()).isZero();
        for (int step = 0; step < STEPS_OF_A_HISTORY; step++) {
            if (random.nextInt(8) == 0) {
                world.startSecond();
            } else {
                act(world, random.nextInt(size), random);
            }
            world.probeInOrder(shuffled(size, random));
            world.pass(random.nextBoolean() ? 1 : 1 + random.nextInt(6));
        }
    }

    private static int[] shuffled(int size, Random random) {
        int[] order = IntStream.range(0, size).toArray();
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int node = order[i];
            order[i] = order[j];
            order[j] = node;
        }
        return order;
    }

    private static void act(World world, int node, Random random) {
        SimulatedServers servers = world.servers;
        Server server = servers.servers[node];
        String name = "db" + (node + 1);
        if (!server.up) {
            world.recordAction("start " + name);
            servers.start(node, world.now());
            return;
        }
        switch (server.frozen ? 1 : random.nextInt(8)) {
            case 0 -> {
                world.recordAction("kill " + name);
                servers.kill(node);
            }
            case 1 -> {
                world.recordAction((server.frozen ? "thaw " : "freeze ") + name);
                server.frozen = !server.frozen;
            }
            case 2, 3 -> {
                world.recordAction("make " + name + " writable");
                servers.makeWritable(node, world.now());
            }
            case 4 -> {
                world.recordAction("make " + name + " read-only");
                servers.makeReadOnly(node);
            }
            case 5 -> {
                world.recordAction("stop replication of " + name);
                servers.stopReplica(node);
            }
            case 6 -> {
                world.recordAction("reset replication of " + name);
                servers.resetReplica(node, world.now());
            }
            default -> {
                int source = random.nextInt(servers.servers.length + 1) - 1;
                if (source != node && !servers.follows(source, node)) {
                    int followed = source < 0 ? SimulatedServers.OUTSIDE : source;
                    world.recordAction(name + " follows " + (source < 0 ? "a server outside" : "db" + (source + 1)));
                    servers.follow(node, followed, world.now());
                }
            }
        }
    }
}
