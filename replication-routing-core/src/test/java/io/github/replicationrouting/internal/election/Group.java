package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.Kind;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.spi.WriterSettings;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A group whose members are set by hand, and one instance that elects among them. Time moves by hand. */
final class Group {

    static final Duration INTERVAL = Duration.ofMillis(500);
    static final String CLUSTER = "7f4e4a3e-0000-0000-0000-000000000001";
    private static final Duration GAP = Duration.ofSeconds(2);

    private final Map<String, Member> members = new LinkedHashMap<>();
    private GroupSettings settings =
            new GroupSettings(TopologyKind.MULTI_PRIMARY, WritePolicy.SINGLE, false, false, INTERVAL);
    private Claim claim = Claim.NONE;
    private GroupMemory memory = GroupMemory.NONE;
    private long now = Duration.ofHours(1).toNanos();
    private @Nullable ElectionResult last;

    /** One member, and what the instance has seen of it. */
    static final class Member {

        private final NodeSpec spec;
        private String order;
        private Kind kind = Kind.GALERA;
        private boolean reachable = true;
        private @Nullable View view = new View(CLUSTER, 3, 3, true);
        private boolean readable = true;
        private boolean writable = true;
        private boolean readOnly;
        private boolean singlePrimary;
        private boolean drained;
        private boolean grouped = true;
        private @Nullable WriterSettings settings;
        private int applierError;
        private long writes;
        private long committed = 100;
        private @Nullable Answer answer;
        private RoleHistory roles = RoleHistory.NONE;
        private MemberHistory history = MemberHistory.NONE;

        Member(NodeSpec spec, String order) {
            this.spec = spec;
            this.order = order;
        }

        Member kind(Kind other) {
            kind = other;
            return this;
        }

        Member down() {
            reachable = false;
            return this;
        }

        Member up() {
            reachable = true;
            return this;
        }

        Member view(long number, int size) {
            view = new View(CLUSTER, number, size, true);
            return this;
        }

        Member view(String groupId, long number, int size) {
            view = new View(groupId, number, size, true);
            return this;
        }

        Member minority() {
            View old = Objects.requireNonNull(view);
            view = new View(old.groupId(), old.number(), old.size(), false);
            return unfit();
        }

        Member outside() {
            view = null;
            return unfit();
        }

        Member unfit() {
            readable = false;
            writable = false;
            return this;
        }

        Member fit() {
            readable = true;
            writable = true;
            return this;
        }

        Member order(String other) {
            order = other;
            return this;
        }

        Member noWrites() {
            writable = false;
            return this;
        }

        Member secondary() {
            singlePrimary = true;
            writable = false;
            readOnly = true;
            return this;
        }

        Member elected() {
            singlePrimary = true;
            writable = true;
            readOnly = false;
            return this;
        }

        /** Makes it a server that replicates from others without a group. */
        Member inRing(long serverId, int increment, int offset) {
            grouped = false;
            settings = new WriterSettings(serverId, increment, offset);
            return this;
        }

        Member applierError(int code) {
            applierError = code;
            return this;
        }

        Member drained(boolean is) {
            drained = is;
            return this;
        }

        Member writes(int more) {
            writes += more;
            return this;
        }

        Member committed(long number) {
            committed = number;
            return this;
        }

        private void probe(long now) {
            if (!reachable) {
                return;
            }
            Observation server = new Observation("MariaDB 11.8", spec.name(), readOnly, false, null, null);
            Observation seen = grouped ? asMember(server) : server;
            Answer next = new Answer(now - 1, now, seen, replication(), true);
            roles = roles.after(answer, next);
            history = history.after(answer, next, Duration.ofSeconds(2));
            if (settings != null) {
                history = history.with(settings);
            }
            answer = next;
        }

        private Replication replication() {
            if (grouped) {
                return new Replication.NotAsked();
            }
            Duration behind = applierError == 0 ? Duration.ZERO : null;
            return new Replication.Channels(List.of(new ReplicationChannel(
                    "",
                    "10.0.0.9",
                    3306,
                    null,
                    null,
                    Receiver.ON,
                    applierError == 0,
                    behind,
                    Duration.ZERO,
                    applierError)));
        }

        private Observation asMember(Observation server) {
            return server.withGroup(
                    new GroupMembership(
                            kind,
                            "a state",
                            view,
                            readable,
                            writable,
                            readable ? null : "is unfit",
                            singlePrimary,
                            order,
                            0,
                            writes,
                            null),
                    GaleraPosition.of(CLUSTER, committed));
        }

        private NodeView view() {
            return new NodeView(
                    spec, reachable && answer != null, answer, roles, reachable ? null : "is down", history, drained);
        }
    }

    Group(String... names) {
        for (String name : names) {
            add(name, 0);
        }
    }

    Group settings(TopologyKind topology, WritePolicy policy, boolean failback) {
        settings = new GroupSettings(topology, policy, failback, false, INTERVAL);
        return this;
    }

    Group allowDivergence() {
        settings = new GroupSettings(settings.topology(), settings.policy(), settings.failback(), true, INTERVAL);
        return this;
    }

    Group add(String name, int priority) {
        members.put(
                name,
                new Member(
                        new NodeSpec(
                                name,
                                "jdbc:mariadb://" + name + "/",
                                DeclaredRole.AUTO,
                                NodeKind.SERVER,
                                1,
                                null,
                                priority),
                        name));
        return this;
    }

    Member member(String name) {
        return Objects.requireNonNull(members.get(name));
    }

    /** Lets time pass, and every member that is reachable answer. */
    Group probe() {
        now += INTERVAL.toNanos();
        return probe(members.keySet().toArray(String[]::new));
    }

    /** Lets these members answer, one after the other. */
    Group probe(String... names) {
        for (String name : names) {
            now += Duration.ofMillis(1).toNanos();
            member(name).probe(now);
        }
        return elect();
    }

    /** Lets time pass. */
    Group advance(Duration by) {
        now += by.toNanos();
        return this;
    }

    Group probes(int rounds) {
        for (int i = 0; i < rounds; i++) {
            probe();
        }
        return this;
    }

    private Group elect() {
        List<NodeView> views = views();
        ElectionResult result = GroupElection.elect(views, claim, GAP, settings, memory, executed -> true, now);
        claim = claim.after(result, views, GAP);
        memory = memory.after(result, views, now);
        last = result;
        return this;
    }

    List<NodeView> views() {
        List<NodeView> views = new ArrayList<>();
        members.values().forEach(member -> views.add(member.view()));
        return views;
    }

    ElectionResult result() {
        return Objects.requireNonNull(last);
    }

    /** Returns the name of the node that takes all writes; null for none. */
    @Nullable
    String primary() {
        return result().primary() < 0 ? null : List.copyOf(members.keySet()).get(result().primary());
    }

    List<String> writers() {
        return result().writers().stream()
                .map(i -> List.copyOf(members.keySet()).get(i))
                .toList();
    }

    NodeAssessment assessment(String name) {
        return result().assessments().get(List.copyOf(members.keySet()).indexOf(name));
    }
}
