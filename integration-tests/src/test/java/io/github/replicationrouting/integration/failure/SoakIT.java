package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random faults of both replicas under load. {@code -Dsoak.seconds=600} sets the duration, {@code -Dsoak.seed} repeats
 * a printed seed.
 */
@OnStacks({Stack.MARIADB, Stack.MYSQL})
class SoakIT {

    private static final int READERS = 8;
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("soak.seconds", 60));

    private final TestApplication app;
    private final long seed = Long.getLong("soak.seed", new Random().nextLong());

    SoakIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class);
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenReplicasFailAtRandomNoReadShouldFail() throws Exception {
        System.out.printf("soak: seed %d, %d s%n", seed, LENGTH.toSeconds());
        Traffic traffic = new Traffic(app, READERS);
        int faults;
        try (traffic) {
            faults = new RandomFaults(seed, LENGTH).applyTo(app.cluster().replicas());
        }
        System.out.printf(
                "soak: %d faults, %d reads, %d failed, longest %d ms; %d writes, %d failed%n",
                faults,
                traffic.reads().size(),
                Traffic.failed(traffic.reads()).count(),
                Traffic.longest(traffic.reads()).toMillis(),
                traffic.writes().size(),
                Traffic.failed(traffic.writes()).count());
        assertThat(faults).isPositive();
        assertThat(Traffic.failed(traffic.reads())).as("seed %d", seed).isEmpty();
        assertThat(Traffic.failed(traffic.writes())).as("seed %d", seed).isEmpty();
    }
}
