package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares with plain maps from domain and server to sequence. */
class MariaDbGtidStatePropertyTest {

    private static MariaDbGtidState state(Map<String, Long> sequences) {
        return MariaDbGtidState.parse(
                sequences.entrySet().stream()
                        .map(entry -> entry.getKey() + "-" + entry.getValue())
                        .collect(Collectors.joining(",")),
                MariaDbGtidPosition.EMPTY);
    }

    private static boolean contains(Map<String, Long> whole, Map<String, Long> part) {
        return part.entrySet().stream().allMatch(entry -> whole.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
    }

    @Property
    void whenStatesAreRandomShouldCompareAsTheModelDoes(
            @ForAll("sequences") Map<String, Long> a, @ForAll("sequences") Map<String, Long> b) {
        assertThat(state(a).contains(state(b))).isEqualTo(contains(a, b));
        assertThat(state(a).isEmpty()).isEqualTo(a.isEmpty());
        assertThat(state(a).equals(state(b))).isEqualTo(a.equals(b));
        Map<String, Long> union = new TreeMap<>(a);
        b.forEach((origin, sequence) -> union.merge(origin, sequence, Math::max));
        assertThat(state(a).union(state(b)))
                .isEqualTo(state(union))
                .hasSameHashCodeAs(state(union))
                .hasToString(state(union).toString());
        Map<String, Long> rest = new TreeMap<>(a);
        rest.entrySet().removeIf(entry -> b.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
        assertThat(state(a).subtract(state(b))).isEqualTo(state(rest));
        long missing = a.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue() - b.getOrDefault(entry.getKey(), 0L)))
                .sum();
        assertThat(state(a).countMissingIn(state(b))).hasValue(missing);
    }

    @Property
    void whenServersWroteShouldBeTheUnionOfTheirParts(@ForAll("sequences") Map<String, Long> all) {
        MariaDbGtidState parts = state(Map.of());
        for (int server = 0; server <= 3; server++) {
            MariaDbGtidState part = state(all).writtenBy(Integer.toString(server));
            assertThat(part.subtract(state(all)).isEmpty()).isTrue();
            parts = parts.union(part);
        }

        assertThat(parts).isEqualTo(state(all));
    }

    @Property
    void whenPrintedShouldParseItsText(@ForAll("sequences") Map<String, Long> all) {
        assertThat(MariaDbGtidState.parse(state(all).toString(), MariaDbGtidPosition.EMPTY))
                .isEqualTo(state(all));
    }

    /** From 1 on: sequence 0 means no transaction. */
    @Provide
    Arbitrary<Map<String, Long>> sequences() {
        Arbitrary<String> origins = Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 3))
                .as((domain, server) -> domain + "-" + server);
        return Arbitraries.maps(origins, Arbitraries.longs().between(1, 20)).ofMaxSize(6);
    }
}
