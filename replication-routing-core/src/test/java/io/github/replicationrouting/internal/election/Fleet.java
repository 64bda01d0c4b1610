package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A topology in virtual time. A test changes its servers and probes them again, as a monitor does every half second; the
 * fleet keeps what was seen.
 */
final class Fleet {

    static final Duration GAP = Duration.ofSeconds(3);
    static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    private final List<FleetServer> servers = new ArrayList<>();
    private final boolean mariaDb;

    // Comparisons must survive the overflow of System.nanoTime().
    private long now = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();

    boolean sticks;
    boolean follows;
    Claim claim = Claim.NONE;
    private @Nullable ElectionContext context;
    private @Nullable ElectionResult last;

    private Fleet(boolean mariaDb) {
        this.mariaDb = mariaDb;
    }

    static Fleet ofMySql() {
        return new Fleet(false);
    }

    static Fleet ofMariaDb() {
        return new Fleet(true);
    }

    /** Adds a writable server without a source, which has the same transactions as all others. */
    FleetServer server(String name) {
        FleetServer server = new FleetServer(name, mariaDb, now);
        servers.add(server);
        return server;
    }

    void add(FleetServer server) {
        servers.add(server);
    }

    void remove(FleetServer server) {
        servers.remove(server);
    }

    /** Forgets the claim and all answers, as after a restart of the instance. */
    void restartInstance() {
        claim = Claim.NONE;
        servers.forEach(FleetServer::forget);
    }

    void pass(Duration time) {
        now += time.toNanos();
    }

    /** Lets time pass so that the next probe is sent at the given time. */
    void passUntil(long moment) {
        now = moment - INTERVAL.toNanos();
    }

    /** Probes for as long as a writable replica is observed before it is cleared. */
    Fleet settle() {
        long start = now;
        while (now - start <= GAP.plus(INTERVAL).toNanos()) {
            probe();
        }
        return this;
    }

    long now() {
        return now;
    }

    /** Probes all servers in their order and elects; repeats both once while the election is pending. */
    Fleet probe() {
        FleetServer[] all = servers.toArray(FleetServer[]::new);
        probe(all);
        return result().reason() == Reason.PENDING ? probe(all) : this;
    }

    /** Probes these servers in this order, and elects by what is known of all. */
    Fleet probe(FleetServer... asked) {
        pass(INTERVAL);
        for (FleetServer server : asked) {
            long sentAt = now;
            pass(ROUND_TRIP);
            server.answer(sentAt, now);
        }
        return elect();
    }

    private Fleet elect() {
        List<NodeView> views = views();
        context = ElectionContext.of(views, claim, GAP);
        last = PrimaryElection.elect(views, claim, GAP, sticks, executed -> follows);
        claim = claim.after(last, views, GAP);
        return this;
    }

    private List<NodeView> views() {
        return servers.stream().map(FleetServer::view).toList();
    }

    /** Returns the input of the last election. */
    ElectionContext context() {
        return Objects.requireNonNull(context);
    }

    /** Returns which server replicates from which, by their indices. */
    ReplicationGraph graph() {
        return new ReplicationGraph(views(), claim.node());
    }

    ElectionResult result() {
        return Objects.requireNonNull(last);
    }

    NodeAssessment assessment(FleetServer server) {
        return result().assessments().get(servers.indexOf(server));
    }

    String reason() {
        return Objects.requireNonNull(result().noPrimaryReason());
    }

    /** Expects a primary that was elected for a reason. */
    void expectPrimary(FleetServer server, Reason reason) {
        assertThat(result().noPrimaryReason()).isNull();
        assertThat(result().primary()).as("index of the primary").isEqualTo(servers.indexOf(server));
        assertThat(result().reason()).isEqualTo(reason);
        assertThat(assessment(server)).isEqualTo(new NodeAssessment(Role.PRIMARY, false, null, null));
    }

    /** Expects no primary, for a reason whose text contains all of {@code parts}. */
    void expectNone(Reason reason, String... parts) {
        assertThat(result().primary()).as("index of the primary").isEqualTo(-1);
        assertThat(result().reason()).isEqualTo(reason);
        assertThat(reason()).isNotEmpty();
        assertThat(List.of(parts)).allSatisfy(part -> assertThat(reason()).contains(part));
    }
}
