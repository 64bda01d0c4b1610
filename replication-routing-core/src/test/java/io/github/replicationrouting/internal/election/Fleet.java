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
 * fleet remembers what was seen.
 */
final class Fleet {

    static final Duration GAP = Duration.ofSeconds(3);
    static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    private final List<FleetServer> servers = new ArrayList<>();
    private final boolean mariaDb;

    // As after a long uptime: comparisons must survive the overflow of System.nanoTime().
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

    /** Forgets the incumbent and all that was held against others, as an instance does that starts now. */
    void startAnew() {
        claim = Claim.NONE;
        servers.forEach(FleetServer::forget);
    }

    void pass(Duration time) {
        now += time.toNanos();
    }

    /** Lets time pass so that the next question is asked at a moment. */
    void passUntil(long moment) {
        now = moment - INTERVAL.toNanos();
    }

    /** Probes for as long as nodes are observed before they are cleared. */
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

    /** Asks all servers, one after the other in their order, and elects; once more where that is wanted before a primary. */
    Fleet probe() {
        FleetServer[] all = servers.toArray(FleetServer[]::new);
        probe(all);
        return result().reason() == Reason.PENDING ? probe(all) : this;
    }

    /** Asks some servers in this order, and elects by what is known of all. */
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

    /** Returns what the last election started from. */
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

    /** Expects no primary, for a reason whose text contains all of these. */
    void expectNone(Reason reason, String... words) {
        assertThat(result().primary()).as("index of the primary").isEqualTo(-1);
        assertThat(result().reason()).isEqualTo(reason);
        assertThat(reason()).isNotEmpty();
        assertThat(List.of(words)).allSatisfy(word -> assertThat(reason()).contains(word));
    }
}
