package io.github.replicationrouting.integration.rerun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;

/** A time limit of the application's own ends its statement, and is no reason to think ill of the node. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class OwnLimitIT {

    private final Stack stack;
    private final Applications applications;
    private final TestApplication app;
    private final AtomicInteger runs = new AtomicInteger();

    OwnLimitIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        app = applications.get(
                stack, JdbcApplication.class, "replication.routing.monitor.interval=1h", TestApplication.PATIENT);
    }

    @AfterEach
    void everythingShouldBeGivenBack() {
        app.awaitNothingHeld();
        app.awaitAllInUse();
    }

    @Test
    void theNetworkTimeoutOfAReadShouldReachTheCaller() {
        double looks = looks();

        Throwable failure = catchThrowable(() -> app.transactions().readOnly(() -> {
            runs.incrementAndGet();
            return sleep(1000, 3);
        }));

        assertThat(failure).isNotNull();
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(runs).hasValue(1);
        assertThat(looks()).as("looks at suspected nodes").isEqualTo(looks);
    }

    /** One in the configuration is the operator's means to tell a dead node. */
    @Test
    void theSocketTimeoutOfTheConfigurationShouldCountAsALoss() {
        TestApplication strict = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.data-source-properties.socketTimeout=2000");

        strict.transactions().readOnly(() -> strict.jdbc()
                .queryForObject("SELECT SLEEP(?)", Integer.class, runs.incrementAndGet() == 1 ? 5 : 0));

        assertThat(runs).hasValue(2);
        strict.awaitAllInUse();
    }

    /** The monitor looks once, at the start, and whenever it is told of a loss. */
    private double looks() {
        return app.bean(MeterRegistry.class).find("replication.routing.probes").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void whoGoesOnAfterItShouldNotBeRunAgainEither() {
        Throwable failure = catchThrowable(() -> app.transactions().readOnly(() -> {
            runs.incrementAndGet();
            assertThatThrownBy(() -> sleep(500, 3)).isNotNull();
            return app.node();
        }));

        assertThat(failure).isNotNull();
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(runs).hasValue(1);
    }

    @Test
    void anAbortOfTheCallersShouldNotBeRunAgain() {
        Throwable failure = catchThrowable(() -> app.transactions().readOnly(() -> {
            runs.incrementAndGet();
            app.jdbc().execute((ConnectionCallback<Boolean>) connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT 1");
                }
                connection.abort(Runnable::run);
                return true;
            });
            return app.node();
        }));

        assertThat(failure).isNotNull();
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(runs).hasValue(1);
    }

    private Boolean sleep(int limitMillis, int seconds) {
        return app.jdbc().execute((ConnectionCallback<Boolean>) connection -> {
            connection.setNetworkTimeout(Runnable::run, limitMillis);
            try (Statement statement = connection.createStatement()) {
                return statement.execute("SELECT SLEEP(" + seconds + ")");
            }
        });
    }
}
