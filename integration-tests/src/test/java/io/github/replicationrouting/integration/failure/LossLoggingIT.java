package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log when nodes are lost and recover under load and no caller sees a failure. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class LossLoggingIT {

    private static final String POOLS = "com.zaxxer.hikari";
    private static final int READERS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestApplication app;
    private final ClusterNode db2;
    private final Recording log = new Recording();

    LossLoggingIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class);
        db2 = app.cluster().node("db2");
    }

    @BeforeEach
    void record() {
        log.start();
        logger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(log);
        logger(POOLS).setLevel(Level.WARN);
    }

    @AfterEach
    void heal() {
        logger(POOLS).setLevel(Level.ERROR);
        logger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAppender(log);
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenReplicasAreKilledOnlyStateChangesShouldBeLogged() throws Exception {
        twice(db2::kill, db2::start);
    }

    @Test
    void whenReplicasFreezeOnlyStateChangesShouldBeLogged() throws Exception {
        twice(db2::freeze, db2::thaw);
    }

    /** Sessions that the server ends, as after {@code wait_timeout}: no node's state changes. */
    @Test
    void whenTheServerEndsSessionsTheyShouldNotBeLoggedAsBroken() throws Exception {
        Traffic traffic = new Traffic(app, READERS);
        try (traffic) {
            awaitReads(traffic);
            for (int i = 0; i < 20; i++) {
                AtomicBoolean killed = new AtomicBoolean();
                app.transactions().readOnly(() -> {
                    String node = app.node();
                    if (!killed.getAndSet(true)) {
                        app.cluster().node(node).killSession(session());
                    }
                    return app.node();
                });
            }
            awaitReads(traffic);
        }
        assertThat(Traffic.failed(traffic.reads())).isEmpty();
        assertQuiet();
    }

    private long session() {
        return Objects.requireNonNull(app.jdbc().queryForObject("SELECT CONNECTION_ID()", Long.class));
    }

    private void twice(Runnable fault, Runnable repair) throws Exception {
        Traffic traffic = new Traffic(app, READERS);
        try (traffic) {
            for (int i = 0; i < 2; i++) {
                awaitReads(traffic);
                fault.run();
                app.awaitState("db2", NodeState.DOWN);
                awaitReads(traffic);
                repair.run();
                app.awaitState("db2", NodeState.ONLINE);
            }
            awaitReads(traffic);
        }
        System.out.printf(
                "%s: %d reads, %d failed; %d lines of log%n",
                getClass().getSimpleName(),
                traffic.reads().size(),
                Traffic.failed(traffic.reads()).count(),
                log.events.size());

        assertThat(Traffic.failed(traffic.reads())).isEmpty();
        assertQuiet();
        assertThat(log.events).as("the monitor's own lines are recorded").anyMatch(event -> event.getFormattedMessage()
                .contains("node db2"));
    }

    private void assertQuiet() {
        assertThat(log.events)
                .filteredOn(event -> event.getLoggerName().startsWith(POOLS))
                .extracting(ILoggingEvent::getFormattedMessage)
                .as("lines of the pools")
                .isEmpty();
        assertThat(log.events)
                .filteredOn(event -> event.getThrowableProxy() != null)
                .extracting(event -> event.getLoggerName() + ": " + event.getFormattedMessage())
                .as("stack traces")
                .isEmpty();
    }

    private static void awaitReads(Traffic traffic) {
        int soFar = traffic.reads().size();
        await().atMost(LIMIT).until(() -> traffic.reads().size() > soFar + 200);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    /** Appender that records warnings and errors. */
    private static final class Recording extends AppenderBase<ILoggingEvent> {

        private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                events.add(event);
            }
        }
    }
}
