package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.WriterSettings;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks servers that replicate from each other and are in no group, a ring or a pair: none of them detects a conflict,
 * so that their settings must exclude conflicts, and an applier that stops at a row shows that there was one.
 */
public final class RingCheck {

    private static final int DUPLICATE_KEY = 1062;
    private static final int MISSING_ROW = 1032;

    private final List<Member> members;
    private final List<Member> writers;
    private final @Nullable String incumbent;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> unfitWriters = new LinkedHashMap<>();

    private RingCheck(List<Member> members, @Nullable String incumbent) {
        this.members = members;
        this.incumbent = incumbent;
        this.writers = members.stream()
                .filter(Member::takesWrites)
                .sorted(Comparator.comparing(member -> !member.name.equals(incumbent)))
                .toList();
    }

    /**
     * One server that answers.
     *
     * @param name name of the node
     * @param settings what {@code ReplicationDialect.writerSettings} has shown; null where that is not known
     * @param channels its replication, as far as it is known
     * @param takesWrites whether it is writable and not declared a replica
     */
    public record Member(
            String name, @Nullable WriterSettings settings, List<ReplicationChannel> channels, boolean takesWrites) {
        public Member {
            channels = List.copyOf(channels);
        }
    }

    /**
     * A node whose data differs from that of the server that it replicates from.
     *
     * @param node name of the node
     * @param source address of that server, as the node knows it
     * @param errorCode error at which its applier has stopped
     * @param evicted whether it must be out of use; false for the one that is kept because all have diverged
     * @param reason what is wrong and how to repair it, as a clause about the node
     */
    public record Diverged(String node, String source, int errorCode, boolean evicted, String reason) {}

    /**
     * What was found.
     *
     * @param problems wrong settings, with the nodes and what to set
     * @param diverged the nodes that have diverged
     * @param unfitWriters the nodes that must not be written to besides the others, with the reason: all but one of
     *     those whose settings allow conflicts, or are not known, and those that are evicted
     */
    public record Result(List<String> problems, List<Diverged> diverged, Map<String, String> unfitWriters) {

        static final Result NOTHING = new Result(List.of(), List.of(), Map.of());

        public Result {
            problems = List.copyOf(problems);
            diverged = List.copyOf(diverged);
            unfitWriters = Map.copyOf(unfitWriters);
        }

        /** Returns the nodes that must be out of use, with the reason. */
        public Map<String, String> evictions() {
            return diverged.stream()
                    .filter(Diverged::evicted)
                    .collect(Collectors.toUnmodifiableMap(Diverged::node, Diverged::reason));
        }
    }

    /**
     * Checks the servers that answer.
     *
     * @param members in the order of the configuration
     * @param incumbent name of the node that takes the writes, which is kept before all others; null for none
     */
    public static Result check(List<Member> members, @Nullable String incumbent) {
        return new RingCheck(members, incumbent).check();
    }

    private Result check() {
        List<Diverged> diverged = diverged();
        diverged.stream().filter(Diverged::evicted).forEach(node -> unfitWriters.put(node.node, node.reason));
        sameServerIds();
        if (writers.size() > 1) {
            generatedValues();
        }
        unfitWriters.keySet().removeIf(name -> writers.stream().noneMatch(member -> member.name.equals(name)));
        return new Result(problems, diverged, unfitWriters);
    }

    // --- settings

    private void sameServerIds() {
        for (int i = 0; i < members.size(); i++) {
            for (int k = i + 1; k < members.size(); k++) {
                WriterSettings one = members.get(i).settings;
                WriterSettings other = members.get(k).settings;
                if (one != null && other != null && one.serverId() == other.serverId()) {
                    problems.add(members.get(i).name + " and " + members.get(k).name + " have the same server_id "
                            + one.serverId() + ", so that each takes the other's changes for its own and ignores them:"
                            + " give each server a server_id of its own");
                }
            }
        }
    }

    /** Accepts one writer after the other, the incumbent first, as long as it conflicts with none before it. */
    private void generatedValues() {
        List<Member> accepted = new ArrayList<>();
        List<Member> colliding = new ArrayList<>();
        for (Member writer : writers) {
            if (unfitWriters.containsKey(writer.name)) {
                continue;
            }
            String why = accepted.isEmpty() ? null : conflict(writer, accepted);
            if (why == null) {
                accepted.add(writer);
            } else {
                unfitWriters.put(writer.name, why);
            }
        }
        for (Member member : members) {
            WriterSettings settings = member.settings;
            if (!member.takesWrites || settings == null) {
                continue;
            }
            if (ignoresOffset(settings)) {
                problems.add("auto_increment_offset " + settings.offset() + " of " + member.name
                        + " is above its auto_increment_increment " + settings.increment()
                        + ", so that the server ignores it: " + fix());
            } else if (settings.increment() < writers.size()
                    || writers.stream().anyMatch(other -> collide(member, other))) {
                colliding.add(member);
            }
        }
        if (!colliding.isEmpty()) {
            problems.add(names(colliding) + " can generate the same AUTO_INCREMENT values ("
                    + colliding.stream().map(RingCheck::describe).collect(Collectors.joining("; ")) + "): " + fix());
        }
    }

    private static @Nullable String conflict(Member writer, List<Member> accepted) {
        WriterSettings settings = writer.settings;
        if (settings == null) {
            return "its server_id and auto-increment settings are not known";
        }
        if (ignoresOffset(settings)) {
            return "its auto_increment_offset is above its auto_increment_increment";
        }
        for (Member other : accepted) {
            if (other.settings != null && other.settings.serverId() == settings.serverId()) {
                return "it has the server_id of " + other.name;
            }
            if (collide(writer, other)) {
                return "it can generate the same AUTO_INCREMENT values as " + other.name;
            }
        }
        return null;
    }

    /** Two sequences meet where their offsets are equal modulo the greatest common divisor of their increments. */
    private static boolean collide(Member one, Member other) {
        WriterSettings first = one.settings;
        WriterSettings second = other.settings;
        if (one.name.equals(other.name)
                || first == null
                || second == null
                || ignoresOffset(first)
                || ignoresOffset(second)) {
            return false;
        }
        long divisor = BigInteger.valueOf(first.increment())
                .gcd(BigInteger.valueOf(second.increment()))
                .longValueExact();
        return (first.offset() - second.offset()) % divisor == 0;
    }

    private static boolean ignoresOffset(WriterSettings settings) {
        return settings.offset() > settings.increment();
    }

    private String fix() {
        return "set auto_increment_increment to at least " + writers.size()
                + " on each server, and auto_increment_offset to "
                + IntStream.rangeClosed(1, writers.size())
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(", "))
                + " in turn";
    }

    private static String names(List<Member> members) {
        List<String> names = members.stream().map(Member::name).toList();
        int last = names.size() - 1;
        return last == 0 ? names.get(0) : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }

    private static String describe(Member member) {
        WriterSettings settings = member.settings;
        return settings == null
                ? member.name
                : member.name + ": auto_increment_increment " + settings.increment() + ", auto_increment_offset "
                        + settings.offset();
    }

    // --- divergence

    private List<Diverged> diverged() {
        List<Diverged> diverged = new ArrayList<>();
        for (Member member : members) {
            member.channels.stream()
                    .filter(RingCheck::stoppedAtARow)
                    .findFirst()
                    .ifPresent(channel -> diverged.add(diverged(member, channel)));
        }
        if (diverged.size() < members.size()) {
            return diverged;
        }
        // Without any node nothing could be served, and one alone cannot diverge further.
        String kept = kept(diverged);
        return diverged.stream()
                .map(node -> node.node.equals(kept)
                        ? new Diverged(node.node, node.source, node.errorCode, false, node.reason)
                        : node)
                .toList();
    }

    private @Nullable String kept(List<Diverged> diverged) {
        if (diverged.stream().anyMatch(node -> node.node.equals(incumbent))) {
            return incumbent;
        }
        if (!writers.isEmpty()) {
            return writers.get(0).name;
        }
        return diverged.isEmpty() ? null : diverged.get(0).node;
    }

    private static boolean stoppedAtARow(ReplicationChannel channel) {
        return !channel.applierRunning()
                && (channel.errorCode() == DUPLICATE_KEY || channel.errorCode() == MISSING_ROW);
    }

    private static Diverged diverged(Member member, ReplicationChannel channel) {
        String source = NodeView.address(channel);
        String why = channel.errorCode() == DUPLICATE_KEY
                ? "a row with its key is there already"
                : "the row that it changes is not there";
        return new Diverged(
                member.name,
                source,
                channel.errorCode(),
                true,
                "has diverged: it cannot apply a change from " + source + " (error " + channel.errorCode() + ", " + why
                        + "). Compare the two servers, correct the row on this one and start its replication again, or"
                        + " rebuild it from the other one");
    }
}
