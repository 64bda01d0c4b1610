package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A replica dies under many readers and a writer. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class LostReadsIT {

    private static final int READERS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final TestApplication app;

    LostReadsIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class);
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    /**
     * The delay of a read counts from the death of the server: a container that is being killed may be silent first,
     * which is the case of {@link UnansweredReadsIT}.
     */
    @Test
    void whenAReplicaIsKilledNoReadShouldFailOrBeDelayed() throws Exception {
        try (SchedulingDelay schedulingDelay = new SchedulingDelay()) {
            Traffic traffic = new Traffic(app, READERS);
            long faultAt;
            long goneAt;
            try (traffic) {
                await().atMost(LIMIT).until(() -> traffic.reads().size() > 200);
                faultAt = System.nanoTime();
                app.cluster().node("db2").kill();
                goneAt = System.nanoTime();
                app.awaitState("db2", NodeState.DOWN);
                int soFar = traffic.reads().size();
                await().atMost(LIMIT).until(() -> traffic.reads().size() > soFar + 200);
            }
            List<Traffic.Outcome> after = traffic.reads().stream()
                    .filter(read -> read.ended() - faultAt > 0)
                    .toList();
            Duration heldUp = Duration.ofNanos(after.stream()
                    .mapToLong(read -> Math.min(read.ended() - read.began(), read.ended() - goneAt))
                    .max()
                    .orElseThrow());
            System.out.printf(
                    "%s: killed within %d ms; %d reads after the fault, %d failed, longest %d ms, delayed %d ms,"
                            + " noise %d ms%n",
                    getClass().getSimpleName(),
                    Duration.ofNanos(goneAt - faultAt).toMillis(),
                    after.size(),
                    Traffic.failed(after).count(),
                    Traffic.longest(after).toMillis(),
                    heldUp.toMillis(),
                    schedulingDelay.tolerance().toMillis());

            assertThat(Traffic.failed(traffic.reads())).isEmpty();
            assertThat(Traffic.failed(traffic.writes())).isEmpty();
            assertThat(heldUp).isLessThan(LONGEST.plus(schedulingDelay.tolerance()));
        }
    }
}
