package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.WriterSettings;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one node through its driver. One connection is kept from probe to probe. While a probe waits for an answer on
 * it, the next one opens another: so a frozen node is asked every interval, and one lost connection does not make a
 * node down.
 *
 * <p>Where the monitor has an account of its own that the server refuses, the node is probed with the node's account.
 */
public final class ConnectionProber implements Prober {

    /** It costs a statement, so a primary is asked this seldom whether it is semi-synchronous. */
    private static final int PROBES_BETWEEN_SEMI_SYNC = 10;

    /** A server that was replaced without becoming read-only is noticed after so many probes. */
    private static final int PROBES_BETWEEN_RENEWALS = 10;

    /** Number of members behind an endpoint that one probe asks until one takes writes. */
    private static final int MAX_MEMBERS = 3;

    /** It costs a statement, so a server in no group is asked this seldom whether it has joined one. */
    private static final int PROBES_BETWEEN_GROUPS = 10;

    /** Settings that a running server may change, but seldom does. */
    private static final int PROBES_BETWEEN_SETTINGS = 10;

    private static final Duration IDLE_THREADS = Duration.ofSeconds(30);

    /** How long the node's account replaces the monitor's, which could be locked after too many refused logins. */
    private static final Duration BETWEEN_REFUSED_LOGINS = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(ConnectionProber.class);

    private final String router;
    private final ProbeTarget target;
    private final Duration timeout;
    private final Dialects dialects;
    private final LongSupplier clock;
    private final FailureGuard failureGuard;
    private final ThreadPoolExecutor threads;
    private final AtomicReference<@Nullable Kept> kept = new AtomicReference<>();
    private final AtomicInteger probes = new AtomicInteger();

    private final AtomicInteger probesOutsideGroup = new AtomicInteger();

    private final AtomicInteger probesOfSettings = new AtomicInteger();

    /** Whether the server that answered last is in a group. */
    private volatile boolean inGroup;

    private final AtomicInteger probesOfEndpoint = new AtomicInteger();
    private volatile boolean closed;

    /** When the monitor's account was last refused; null while it is not. */
    private final AtomicReference<@Nullable Long> refusedAt = new AtomicReference<>();

    /** @param substitute whether it is the node's account that has logged in */
    private record Kept(Connection connection, ReplicationDialect dialect, boolean substitute) {}

    public ConnectionProber(
            String router,
            ProbeTarget target,
            Duration timeout,
            int maxConcurrent,
            Dialects dialects,
            LongSupplier clock,
            FailureGuard failureGuard) {
        this.router = router;
        this.target = target;
        this.timeout = timeout;
        this.dialects = dialects;
        this.clock = clock;
        this.failureGuard = failureGuard;
        String name = router + "-probe-" + target.node().name();
        this.threads = new ThreadPoolExecutor(
                0, maxConcurrent, IDLE_THREADS.toNanos(), TimeUnit.NANOSECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    public void start(Probe probe, Consumer<ProbeResult> callback) {
        try {
            threads.execute(() -> callback.accept(run(probe)));
        } catch (RejectedExecutionException e) {
            // All threads wait for the node, or the monitor is closed.
            callback.accept(new ProbeResult.Failed(ProbeFailure.unanswered(timeout)));
        }
    }

    private ProbeResult run(Probe probe) {
        Kept before = kept.getAndSet(null);
        boolean monitorsAccount = mayTryMonitorsAccount();
        boolean isNew = before == null || probe.renewsConnection() || (before.substitute && monitorsAccount);
        // Decided before the login: another probe may be refused during it.
        boolean substitute = isNew ? !monitorsAccount : before.substitute;
        probe.opensConnection(isNew);
        Kept used = null;
        try {
            if (before == null) {
                used = open(substitute);
            } else {
                used = isNew ? renewed(before, substitute) : before;
            }
            ProbeResult.Answered answer = observe(used, isNew, probe);
            for (int asked = 1; asked < MAX_MEMBERS && isUnfitBehindEndpoint(answer); asked++) {
                used = null;
                used = open(substitute);
                answer = observe(used, true, probe);
            }
            return answer;
        } catch (Throwable failure) {
            if (used != null) {
                discard(used.connection);
            }
            return !substitute && isRefusalOfMonitor(failure, probe)
                    ? probeWithSubstitute(probe)
                    : resultAfter(failure, probe);
        }
    }

    /**
     * Returns a new connection; or the old one where the server accepts none, unless a new one may lead to another
     * server.
     */
    private Kept renewed(Kept before, boolean substitute) throws SQLException, UnsupportedServerException {
        boolean kept = false;
        try {
            return open(substitute);
        } catch (SQLException e) {
            kept = target.substitute() == null
                    && target.node().spec().kind() == NodeKind.SERVER
                    && ProbeFailure.of(e, timeout, target.dialect()).isRefusal();
            if (!kept) {
                throw e;
            }
            log.debug(
                    "[{}] node {}: the server accepts no new connection",
                    router,
                    target.node().name(),
                    e);
            return before;
        } finally {
            if (!kept) {
                close(before.connection);
            }
        }
    }

    private ProbeResult.Answered observe(Kept used, boolean isNew, Probe probe) throws SQLException {
        long sentAt = clock.getAsLong();
        Observation observation = used.dialect.observe(used.connection);
        if (isNew && target.node().spec().kind() == NodeKind.SERVER) {
            observation = observation.withUptime(used.dialect.uptime(used.connection));
        }
        observation = withGroup(used, isNew, observation);
        probe.firstPart(new ProbeResult.Answered(sentAt, observation, new Replication.NotAsked()));
        if (observation.writable() && observation.written() == null) {
            observation = observation.withWritten(used.dialect.logPosition(used.connection, observation));
            probe.firstPart(new ProbeResult.Answered(sentAt, observation, new Replication.NotAsked()));
        }
        if (observation.writable() && (isNew || probes.incrementAndGet() % PROBES_BETWEEN_SEMI_SYNC == 0)) {
            observation = observation.withSemiSynchronous(used.dialect.semiSynchronous(used.connection));
            probe.firstPart(new ProbeResult.Answered(sentAt, observation, new Replication.NotAsked()));
        }
        Replication replication =
                probe.asksReplication(isNew) ? used.dialect.replication(used.connection) : new Replication.NotAsked();
        WriterSettings settings = writerSettings(used, isNew, observation);
        accepted(used);
        if (mayBeElsewhere(observation)) {
            close(used.connection);
        } else {
            keep(used);
        }
        return new ProbeResult.Answered(sentAt, observation, replication, settings);
    }

    private @Nullable WriterSettings writerSettings(Kept used, boolean isNew, Observation seen) throws SQLException {
        boolean asks = target.besideOthers()
                && seen.group() == null
                && (isNew || probesOfSettings.incrementAndGet() % PROBES_BETWEEN_SETTINGS == 0);
        return asks ? used.dialect.writerSettings(used.connection) : null;
    }

    /** An answer without its group would show a server in none, so the probe fails where the group is not known. */
    private Observation withGroup(Kept used, boolean isNew, Observation seen) throws SQLException {
        if (!isNew && !inGroup && probesOutsideGroup.incrementAndGet() % PROBES_BETWEEN_GROUPS != 0) {
            return seen;
        }
        Observation observation = used.dialect.observeGroup(used.connection, seen);
        inGroup = observation.group() != null;
        return observation;
    }

    // --- the monitor's account, and the node's in its place

    /** Whether the server has answered, and refuses the monitor's account what it may allow the node's. */
    private boolean isRefusalOfMonitor(Throwable failure, Probe probe) {
        if (target.substitute() == null || !(failure instanceof SQLException) || probe.firstPart() != null) {
            return false;
        }
        ProbeFailure refusal = ProbeFailure.of(failure, timeout, target.dialect());
        if (!refusal.ofAccount()) {
            return false;
        }
        if (refusedAt.getAndSet(clock.getAsLong()) == null) {
            log.warn(
                    "[{}] node {}: the server refuses the monitor's account ({}): check"
                            + " replication.routing.monitor.username and replication.routing.monitor.password; the node"
                            + " is probed with its own account, and the monitor's is tried again every {}",
                    router,
                    target.node().name(),
                    refusal.reason(),
                    DurationFormat.of(BETWEEN_REFUSED_LOGINS));
        }
        return true;
    }

    private ProbeResult probeWithSubstitute(Probe probe) {
        Kept used = null;
        probe.opensConnection(true);
        try {
            used = open(true);
            return observe(used, true, probe);
        } catch (Throwable failure) {
            if (used != null) {
                discard(used.connection);
            }
            return resultAfter(failure, probe);
        }
    }

    private void accepted(Kept used) {
        if (!used.substitute && refusedAt.getAndSet(null) != null) {
            log.info(
                    "[{}] node {}: is probed with the monitor's account again",
                    router,
                    target.node().name());
        }
    }

    private boolean mayTryMonitorsAccount() {
        Long refused = refusedAt.get();
        return refused == null || clock.getAsLong() - refused >= BETWEEN_REFUSED_LOGINS.toNanos();
    }

    /**
     * Whether the name of a primary may lead to another server by now. A connection stays where it is, so it is closed
     * when its server is not what the name promises, and from time to time where it is.
     */
    private boolean mayBeElsewhere(Observation seen) {
        NodeSpec spec = target.node().spec();
        return spec.kind() == NodeKind.ENDPOINT
                && spec.declaredRole() == DeclaredRole.PRIMARY
                && (!takesWrites(seen) || probesOfEndpoint.incrementAndGet() % PROBES_BETWEEN_RENEWALS == 0);
    }

    /** Whether a member takes no writes, while another one that the same name leads to may. */
    private boolean isUnfitBehindEndpoint(ProbeResult.Answered answer) {
        NodeSpec spec = target.node().spec();
        GroupMembership group = answer.observation().group();
        return spec.kind() == NodeKind.ENDPOINT
                && spec.declaredRole() == DeclaredRole.PRIMARY
                && group != null
                && !group.writable();
    }

    private static boolean takesWrites(Observation seen) {
        GroupMembership group = seen.group();
        return seen.writable() && (group == null || group.writable());
    }

    private ProbeResult resultAfter(Throwable failure, Probe probe) {
        if (!(failure instanceof SQLException) && !(failure instanceof UnsupportedServerException)) {
            failureGuard.report(failure);
        }
        ProbeResult.Answered answered = probe.firstPart();
        if (answered != null) {
            return answered;
        }
        return new ProbeResult.Failed(
                failure instanceof UnsupportedServerException unsupported
                        ? ProbeFailure.misconfigured(unsupported.reason)
                        : ProbeFailure.of(failure, timeout, target.dialect()));
    }

    private Kept open(boolean substitute) throws SQLException, UnsupportedServerException {
        ConnectionFactory connections = substitute ? Objects.requireNonNull(target.substitute()) : target.connections();
        Connection connection = connections.open(timeout);
        try {
            ReplicationDialect dialect = target.dialect();
            if (dialect == null) {
                String version = connection.getMetaData().getDatabaseProductVersion();
                dialect = dialects.forVersion(version);
                if (dialect == null) {
                    throw new UnsupportedServerException("unsupported server version " + version
                            + ": set replication.routing.nodes." + target.node().name() + ".dialect");
                }
            }
            return new Kept(connection, dialect, substitute);
        } catch (Throwable failure) {
            discard(connection);
            throw failure;
        }
    }

    private void keep(Kept used) {
        Kept surplus = kept.getAndSet(used);
        if (surplus != null) {
            close(surplus.connection);
        }
        if (closed) {
            closeKept();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            // Closing a connection may block on a frozen server, so not on the caller's thread.
            threads.execute(this::closeKept);
        } catch (RejectedExecutionException e) {
            // All threads wait for the node: each closes what it holds when its wait is over.
            closeKept();
        }
        threads.shutdown();
    }

    private void closeKept() {
        Kept last = kept.getAndSet(null);
        if (last != null) {
            close(last.connection);
        }
    }

    private void close(Connection connection) {
        try {
            connection.close();
        } catch (Throwable failure) {
            discard(connection);
        }
    }

    /** Drops a connection that has failed: {@code close} would try to talk to the server. */
    private void discard(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // Closed already.
        } catch (Throwable failure) {
            failureGuard.report(failure);
        }
    }

    private static final class UnsupportedServerException extends Exception {

        private final String reason;

        UnsupportedServerException(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
