package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.SimulatedServers.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All short histories of three servers: every order of an operator's actions, correct or not. A second instance starts
 * after each action, beside the one that has run from the beginning. {@code -Delection-model.depth} sets the number of
 * actions.
 */
class ElectionModelTest {

    private static final Logger log = LoggerFactory.getLogger(ElectionModelTest.class);

    private static final int SIZE = 3;
    private static final int DEPTH = Integer.getInteger("election-model.depth", 2);
    /** In intervals: too short to detect the loss of a node, and long enough to complete an election. */
    private static final int[] PAUSES = {1, 5};

    private long histories;
    private long steps;

    private record Action(String name, ObjLongConsumer<SimulatedServers> effect) {}

    @ParameterizedTest
    @CsvSource({"true, true, true", "true, false, true", "false, true, true", "true, true, false", "true, false, false"
    })
    void whenAnOperatorActsInAnyOrderShouldNeitherElectWithoutEvidenceNorSplitInstances(
            boolean readOnlyReplicas, boolean persistsReadOnly, boolean granted) {
        World world = new World(new SimulatedServers(SIZE, readOnlyReplicas, persistsReadOnly, granted));
        world.pass(3);
        assertThat(world.first().primary()).isZero();
        explore(world, DEPTH);
        log.warn(
                "{} histories, {} intervals (replicas read-only {}, persisted {}, grant {})",
                histories,
                steps,
                readOnlyReplicas,
                persistsReadOnly,
                granted);
    }

    private void explore(World world, int depth) {
        World joined = world.copy();
        joined.startSecond();
        joined.pass(6);
        steps += 6;
        histories++;
        if (depth == 0) {
            return;
        }
        for (Action action : actions(world.servers)) {
            for (int pause : PAUSES) {
                World next = world.copy();
                action.effect.accept(next.servers, next.now());
                next.recordAction(action.name);
                next.pass(pause);
                steps += pause;
                explore(next, depth - 1);
            }
        }
    }

    /** Returns the actions that change something. */
    private static List<Action> actions(SimulatedServers world) {
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            int node = i;
            Server server = world.servers[i];
            String name = "db" + (i + 1);
            if (!server.up) {
                actions.add(new Action("start " + name, (servers, now) -> servers.start(node, now)));
                continue;
            }
            actions.add(new Action("kill " + name, (servers, now) -> servers.kill(node)));
            actions.add(new Action(
                    (server.frozen ? "thaw " : "freeze ") + name,
                    (servers, now) -> servers.servers[node].frozen = !servers.servers[node].frozen));
            if (server.frozen) {
                continue;
            }
            actions.add(
                    server.readOnly
                            ? new Action(
                                    "make " + name + " writable", (servers, now) -> servers.makeWritable(node, now))
                            : new Action("make " + name + " read-only", (servers, now) -> servers.makeReadOnly(node)));
            if (server.receiverRuns) {
                actions.add(new Action("stop replication of " + name, (servers, now) -> servers.stopReplica(node)));
            }
            if (server.source != SimulatedServers.NO_SOURCE) {
                actions.add(
                        new Action("reset replication of " + name, (servers, now) -> servers.resetReplica(node, now)));
            }
            for (int j = 0; j < SIZE; j++) {
                int source = j;
                if (j != i && (server.source != j || !server.receiverRuns)) {
                    actions.add(new Action(
                            name + " follows db" + (j + 1), (servers, now) -> servers.follow(node, source, now)));
                }
            }
        }
        return actions;
    }
}
