package io.github.replicationrouting.internal.monitor.errors;

import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Errors of statements that name a table, column, routine or privilege which their node does not have. One error alone
 * does not show whether the node differs from the others or the statement is wrong: which nodes answer with it does.
 *
 * <p>An error that the primary, too, has answered is the application's own. One that no other node has answered speaks
 * against its node from the third time on: reads avoid the node for a while, try it again, and avoid it for longer.
 * Thread-safe; called where statements fail.
 */
public final class SchemaErrors {

    /** Receives what is found of a node. */
    public interface Results {

        /**
         * A node alone answers with an error.
         *
         * @param until when reads try it again
         * @param isNews whether reads did not avoid the node for this error before
         */
        void differs(Node node, SchemaError error, long until, boolean isNews);

        /** Another node answers with the same error. */
        void isNoDifference(Node node, SchemaError error);
    }

    /**
     * The error message of a server, without the account, the number of the connection, and the query that a driver may
     * add. Two errors are of the same difference when their keys are equal.
     */
    public record SchemaError(int code, String message) {

        /** Names come from statements, and so perhaps from the users of the application. */
        private static final int MAX_SHOWN = 250;

        private static final Pattern ACCOUNT = Pattern.compile("'[^']*'@'[^']*'");
        private static final Pattern CONNECTION = Pattern.compile("^\\(conn[=:]\\d+\\) ?");
        private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");
        private static final Pattern NAME = Pattern.compile("['`][^'`]+['`](?:\\.['`][^'`]+['`])?");

        public static SchemaError of(SQLException error) {
            String raw = error.getMessage() == null ? "" : error.getMessage();
            String message = CONNECTION.matcher(firstLine(raw)).replaceFirst("");
            return new SchemaError(
                    error.getErrorCode(), ACCOUNT.matcher(message).replaceAll("<account>"));
        }

        private static String firstLine(String text) {
            String line = text.lines().findFirst().orElse("");
            String shown = line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "...";
            return CONTROLS.matcher(shown).replaceAll("?");
        }

        /**
         * Returns the name of what is missing: servers of different versions have different texts for the same error.
         */
        public String key() {
            Matcher name = NAME.matcher(message);
            return code + " " + (name.find() ? name.group() : message).toLowerCase(Locale.ROOT);
        }
    }

    /** More errors than this are not remembered; they reach their callers as they are. */
    private static final int MAX_ERRORS = 100;

    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final int ERRORS_BEFORE_SUSPICION = 3;
    private static final Duration FIRST_AVOIDANCE = Duration.ofSeconds(5);
    private static final Duration MAX_AVOIDANCE = Duration.ofMinutes(1);

    private final LongSupplier clock;
    private final Predicate<Node> isPrimary;
    private final Results results;

    /** By the key of the error, the one met longest ago first. */
    private final Map<String, Map<Node, Occurrences>> errors = new LinkedHashMap<>(16, 0.75f, true);

    /** How often and when a node answered with one error. */
    private static final class Occurrences {
        private int count;
        private long last;
        private Duration avoidance = Duration.ZERO;
        private long avoidedUntil;
        private boolean avoided;
    }

    public SchemaErrors(LongSupplier clock, Predicate<Node> isPrimary, Results results) {
        this.clock = clock;
        this.isPrimary = isPrimary;
        this.results = results;
    }

    /** Notes an error, and returns the nodes that have answered with it; none when the primary is one of them. */
    public synchronized Set<Node> nodesWith(Node node, SQLException failure) {
        SchemaError error = SchemaError.of(failure);
        long now = clock.getAsLong();
        Map<Node, Occurrences> met = metOf(error, now);
        if (met == null) {
            return Set.of();
        }
        met.values().removeIf(each -> now - each.last > MEMORY.toNanos());
        Occurrences here = met.computeIfAbsent(node, first -> new Occurrences());
        here.count++;
        here.last = now;
        if (met.size() > 1) {
            met.forEach((other, each) -> clear(other, error, each));
        } else if (!isPrimary.test(node)) {
            accuse(node, error, here, now);
        }
        return met.keySet().stream().anyMatch(isPrimary) ? Set.of() : Set.copyOf(met.keySet());
    }

    private @Nullable Map<Node, Occurrences> metOf(SchemaError error, long now) {
        Map<Node, Occurrences> met = errors.get(error.key());
        if (met != null) {
            return met;
        }
        if (errors.size() >= MAX_ERRORS) {
            Iterator<Map<Node, Occurrences>> eldest = errors.values().iterator();
            if (eldest.next().values().stream().anyMatch(each -> now - each.last <= MEMORY.toNanos())) {
                return null;
            }
            eldest.remove();
        }
        met = new HashMap<>();
        errors.put(error.key(), met);
        return met;
    }

    private void clear(Node node, SchemaError error, Occurrences met) {
        if (met.avoided) {
            met.avoided = false;
            met.avoidance = Duration.ZERO;
            results.isNoDifference(node, error);
        }
    }

    private void accuse(Node node, SchemaError error, Occurrences met, long now) {
        if (met.count < ERRORS_BEFORE_SUSPICION || (met.avoided && now - met.avoidedUntil < 0)) {
            return;
        }
        Duration longer = met.avoidance.isZero() ? FIRST_AVOIDANCE : met.avoidance.multipliedBy(2);
        met.avoidance = longer.compareTo(MAX_AVOIDANCE) < 0 ? longer : MAX_AVOIDANCE;
        met.avoidedUntil = now + met.avoidance.toNanos();
        boolean isNews = !met.avoided;
        met.avoided = true;
        results.differs(node, error, met.avoidedUntil, isNews);
    }
}
