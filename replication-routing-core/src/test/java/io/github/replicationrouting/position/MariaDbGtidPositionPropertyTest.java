package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares with plain maps. */
class MariaDbGtidPositionPropertyTest {

    private static final String EDGES = "0123456789-, \n\u0661x";

    private static MariaDbGtidPosition position(Map<Long, Long> sequences) {
        // One server for each sequence, as in a history without a fork.
        return MariaDbGtidPosition.parse(sequences.entrySet().stream()
                .map(entry -> entry.getKey() + "-" + entry.getValue() % 3 + "-" + entry.getValue())
                .collect(Collectors.joining(",")));
    }

    private static boolean contains(Map<Long, Long> whole, Map<Long, Long> part) {
        return part.entrySet().stream().allMatch(entry -> whole.getOrDefault(entry.getKey(), -1L) >= entry.getValue());
    }

    @Property
    void whenPositionsAreRandomShouldCompareAsTheModelDoes(
            @ForAll("sequences") Map<Long, Long> a, @ForAll("sequences") Map<Long, Long> b) {
        assertThat(position(a).contains(position(b))).isEqualTo(contains(a, b));
        assertThat(position(a).subtract(position(b)).isEmpty()).isEqualTo(contains(b, a));
        assertThat(position(a).isEmpty()).isEqualTo(a.isEmpty());
        assertThat(position(a).isAheadOf(position(b), "1"))
                .isEqualTo(a.entrySet().stream()
                        .anyMatch(entry ->
                                b.isEmpty() || b.getOrDefault(entry.getKey(), Long.MAX_VALUE) < entry.getValue()));
        Map<Long, Long> union = new TreeMap<>(a);
        b.forEach((domain, sequence) -> union.merge(domain, sequence, Math::max));
        assertThat(position(a).union(position(b)))
                .isEqualTo(position(union))
                .hasSameHashCodeAs(position(union))
                .hasToString(position(union).toString());
        long missing = a.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue() - b.getOrDefault(entry.getKey(), 0L)))
                .sum();
        assertThat(position(a).countMissingIn(position(b))).hasValue(missing);
    }

    @Property(tries = 2_000)
    void whenTextIsArbitraryShouldParseItOrReportAMalformedPosition(@ForAll("arbitraryText") String text) {
        try {
            MariaDbGtidPosition position = MariaDbGtidPosition.parse(text);
            assertThat(MariaDbGtidPosition.parse(position.toString())).isEqualTo(position);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("malformed GTID position").hasNoCause();
        }
    }

    @Property(tries = 2_000)
    void whenAPositionIsMutatedShouldParseItOrReportAMalformedPosition(
            @ForAll("sequences") Map<Long, Long> sequences, @ForAll Random random) {
        StringBuilder text = new StringBuilder(position(sequences).toString());
        for (int i = 0; i < 3 && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            char c = EDGES.charAt(random.nextInt(EDGES.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                default -> text.deleteCharAt(at);
            }
        }
        whenTextIsArbitraryShouldParseItOrReportAMalformedPosition(text.toString());
    }

    /** From 1 on: sequence 0 means no transaction. */
    @Provide
    Arbitrary<Map<Long, Long>> sequences() {
        return Arbitraries.maps(
                        Arbitraries.longs().between(0, 6), Arbitraries.longs().between(1, 20))
                .ofMaxSize(5);
    }

    @Provide
    Arbitrary<String> arbitraryText() {
        Arbitrary<String> pieces = Arbitraries.of(
                "-", ",", "0", "1", "42", " ", "\n", "x", "4294967296", "18446744073709551616", "\u0661", "\u0000");
        return Arbitraries.oneOf(
                Arbitraries.strings(), pieces.list().ofMaxSize(12).map(parts -> String.join("", parts)));
    }
}
