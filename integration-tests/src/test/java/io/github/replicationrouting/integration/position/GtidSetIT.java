package io.github.replicationrouting.integration.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The router's arithmetic and parser compared with MySQL's own, on thousands of random sets. */
class GtidSetIT {

    private static final int PAIRS = 5_000;
    private static final int BATCH = 100;
    private static final int TEXTS = 4_000;

    private static final List<String> UUIDS = List.of(
            "3e11fa47-71ca-11e1-9e33-c80aa9429562",
            "3E11FA47-71CA-11E1-9E33-C80AA9429563",
            "ffffffff-71ca-11e1-9e33-c80aa9429562",
            "00000000-71ca-11e1-9e33-c80aa9429562");

    private static final List<String> TAGS = List.of("", "", "", "a", "b_1", "_", "Zebra");

    private static final String EDGES = "0123456789abcdefABCDEFxyz_-:, \n";

    /** Malformed GTID set specification. */
    private static final int MALFORMED = 1772;

    private static @Nullable ReplicatedCluster cluster;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @BeforeAll
    static void start() {
        cluster = ReplicatedCluster.mysql().replicas(0).start();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private record Pair(String a, String b) {
        String query() {
            return "SELECT GTID_SUBSET('%2$s', '%1$s'), GTID_SUBTRACT('%1$s', '%2$s'),".formatted(a, b)
                    + " GTID_SUBTRACT('%s,%s', ''), GTID_SUBTRACT('%s', '')".formatted(a, b, a);
        }
    }

    @Test
    void whenSetsAreRandomTheArithmeticShouldEqualTheServers() throws SQLException {
        int contained = 0;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (int done = 0; done < PAIRS; done += BATCH) {
                List<Pair> pairs = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    pairs.add(pair());
                }
                try (ResultSet rows = statement.executeQuery(
                        pairs.stream().map(Pair::query).collect(Collectors.joining(" UNION ALL ")))) {
                    for (Pair pair : pairs) {
                        assertThat(rows.next()).isTrue();
                        compare(pair, rows);
                        contained += rows.getInt(1);
                    }
                }
            }
        }
        // If all of them were alike, this would prove little.
        assertThat(contained).isBetween(PAIRS / 20, PAIRS * 19 / 20);
    }

    private void compare(Pair pair, ResultSet row) throws SQLException {
        GtidSet a = GtidSet.parse(pair.a);
        GtidSet b = GtidSet.parse(pair.b);
        String description = "seed %d, a = %s, b = %s".formatted(seed, pair.a, pair.b);
        assertThat(a.contains(b)).as(description).isEqualTo(row.getBoolean(1));
        assertThat(a.subtract(b)).as(description).hasToString(text(row, 2));
        assertThat(a.union(b)).as(description).hasToString(text(row, 3));
        assertThat(a).as(description).hasToString(text(row, 4));
        assertThat(a.countMissingIn(b))
                .as(description)
                .hasValue(GtidSet.parse(text(row, 2)).count());
    }

    @Test
    void whenTextsAreRandomTheParserShouldAcceptWhatTheServerAccepts() throws SQLException {
        int refused = 0;
        List<String> differences = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < TEXTS; i++) {
                String text = mutated(set(3));
                String theirs = normalizedByServer(statement, text);
                String routed = normalizedByRouter(text);
                if (!Objects.equals(routed, theirs)) {
                    differences.add("\"%s\": the server returns %s, the router %s".formatted(text, theirs, routed));
                }
                refused += theirs == null ? 1 : 0;
            }
        }
        assertThat(differences).as("seed %d", seed).isEmpty();
        assertThat(refused).isBetween(TEXTS / 20, TEXTS * 19 / 20);
    }

    private static @Nullable String normalizedByServer(Statement statement, String text) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT GTID_SUBTRACT('" + text + "', '')")) {
            row.next();
            return text(row, 1);
        } catch (SQLException e) {
            assertThat(e.getErrorCode()).as(e.getMessage()).isEqualTo(MALFORMED);
            return null;
        }
    }

    private static @Nullable String normalizedByRouter(String text) {
        try {
            return GtidSet.parse(text).toString();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String text(ResultSet row, int column) throws SQLException {
        return Objects.requireNonNull(row.getString(column)).replace("\n", "");
    }

    /**
     * Returns two sets, of which one is often derived from the other: two random ones hardly ever contain each other.
     */
    private Pair pair() {
        String a = set(12);
        return switch (random.nextInt(3)) {
            case 0 -> new Pair(a, set(12));
            case 1 -> new Pair(a + "," + set(4), a);
            default -> new Pair(GtidSet.parse(a).subtract(GtidSet.parse(set(2))).toString(), a);
        };
    }

    private String set(int most) {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(most + 1);
        for (int i = 0; i < parts; i++) {
            text.append(text.isEmpty() ? "" : random.nextInt(4) == 0 ? " ,\n" : ",")
                    .append(oneOf(UUIDS));
            for (int source = random.nextInt(3); source >= 0; source--) {
                String tag = oneOf(TAGS);
                text.append(tag.isEmpty() ? "" : ":" + tag);
                for (int interval = random.nextInt(6); interval >= 0; interval--) {
                    text.append(':').append(interval());
                }
            }
        }
        return text.toString();
    }

    private String interval() {
        long first = 1 + (random.nextInt(8) == 0 ? random.nextLong(Long.MAX_VALUE - 100) : random.nextInt(60));
        return switch (random.nextInt(3)) {
            case 0 -> Long.toString(first);
            case 1 -> first + "-" + (first + random.nextInt(20));
            default -> first + " - " + (first + random.nextInt(3));
        };
    }

    private String mutated(String set) {
        StringBuilder text = new StringBuilder(set);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            char c = EDGES.charAt(random.nextInt(EDGES.length()));
            if (at == text.length() || random.nextInt(3) == 0) {
                text.insert(at, c);
            } else if (random.nextBoolean()) {
                text.setCharAt(at, c);
            } else {
                text.deleteCharAt(at);
            }
        }
        return text.toString();
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static Connection connect() throws SQLException {
        return Objects.requireNonNull(cluster).primary().adminConnection();
    }
}
