package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.StatementCallback;

/** A timeout of the application ends the statement; the monitor does not suspect the node. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class CallerTimeoutIT {

    private final Stack stack;
    private final Applications applications;
    private final TestApplication app;
    private final AtomicInteger attempts = new AtomicInteger();

    CallerTimeoutIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        app = applications.get(
                stack, JdbcApplication.class, "replication.routing.monitor.interval=1h", TestApplication.PATIENT);
    }

    @AfterEach
    void assertNothingHeld() {
        app.awaitNothingHeld();
        app.awaitAllEligible();
    }

    @Test
    void whenTheNetworkTimeoutExpiresTheCallerShouldSeeIt() {
        double probes = probes(app);

        Throwable failure = catchThrowable(() -> app.transactions().readOnly(() -> {
            attempts.incrementAndGet();
            return sleep(1000, 3);
        }));

        assertThat(failure).isNotNull();
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(attempts).hasValue(1);
        assertNotSuspected(app, probes);
    }

    @Test
    void whenTheQueryTimeoutExpiresTheCallerShouldSeeIt() {
        assertQueryTimeoutReachesCaller(app);
    }

    @Test
    void whenTheQueryTimeoutClosesTheConnectionTheCallerShouldSeeIt() {
        assertQueryTimeoutReachesCaller(closingConnections());
    }

    /** Connector/J closes the connection on another thread, so that the next statement may still succeed. */
    @Test
    void whenAStatementFollowsTheQueryTimeoutItShouldNotBeRetried() {
        TestApplication user = closingConnections();
        double probes = probes(user);

        Throwable failure = catchThrowable(() -> user.transactions().readOnly(() -> {
            attempts.incrementAndGet();
            assertThatThrownBy(() -> sleepTooLong(user)).isInstanceOf(QueryTimeoutException.class);
            return user.node();
        }));

        if (failure != null) {
            assertThat(failure).isInstanceOf(DataAccessException.class).hasNoSuppressedExceptions();
        }
        assertThat(attempts).hasValue(1);
        assertNotSuspected(user, probes);
    }

    /**
     * Connector/J then closes the connection of a statement that exceeds it. MariaDB's own driver ignores the option
     * and keeps the connection.
     */
    private TestApplication closingConnections() {
        return applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.monitor.interval=1h",
                TestApplication.PATIENT,
                "replication.routing.hikari.data-source-properties.queryTimeoutKillsConnection=true");
    }

    /** The transaction itself has no timeout, which would prevent a second attempt by itself. */
    private void assertQueryTimeoutReachesCaller(TestApplication user) {
        double probes = probes(user);

        Throwable failure = catchThrowable(() -> user.transactions().readOnly(() -> {
            attempts.incrementAndGet();
            return sleepTooLong(user);
        }));

        assertThat(failure).isInstanceOf(QueryTimeoutException.class);
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(attempts).hasValue(1);
        assertNotSuspected(user, probes);
    }

    /** One in the configuration is the operator's means to detect a dead node. */
    @Test
    void whenTheConfiguredSocketTimeoutExpiresItShouldCountAsALoss() {
        TestApplication strict = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.data-source-properties.socketTimeout=2000");

        strict.transactions().readOnly(() -> strict.jdbc()
                .queryForObject("SELECT SLEEP(?)", Integer.class, attempts.incrementAndGet() == 1 ? 5 : 0));

        assertThat(attempts).hasValue(2);
        strict.awaitAllEligible();
    }

    private static Boolean sleepTooLong(TestApplication user) {
        return user.jdbc().execute((StatementCallback<Boolean>) statement -> {
            statement.setQueryTimeout(1);
            return statement.execute("SELECT SLEEP(5)");
        });
    }

    /** The monitor probes a suspected node immediately, on a separate thread. */
    private static void assertNotSuspected(TestApplication user, double probes) {
        await("no suspected node is probed")
                .atMost(Duration.ofSeconds(10))
                .during(Duration.ofSeconds(1))
                .until(() -> probes(user) == probes);
    }

    /** With an interval of an hour: the probes of the start, and those of suspected nodes. */
    private static double probes(TestApplication user) {
        return user.bean(MeterRegistry.class).find("replication.routing.probes").functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    @Test
    void whenTheApplicationContinuesAfterTheTimeoutItShouldNotBeRetried() {
        Throwable failure = catchThrowable(() -> app.transactions().readOnly(() -> {
            attempts.incrementAndGet();
            assertThatThrownBy(() -> sleep(500, 3)).isNotNull();
            return app.node();
        }));

        assertThat(failure).isNotNull();
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(attempts).hasValue(1);
    }

    @Test
    void whenTheCallerAbortsItShouldNotBeRetried() {
        Throwable failure = catchThrowable(() -> app.transactions().readOnly(() -> {
            attempts.incrementAndGet();
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
        assertThat(attempts).hasValue(1);
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
