package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares with plain sets of single transactions, which are too simple to be wrong. */
class GtidSetPropertyTest {

    private static final List<String> SOURCES = List.of(
            "3e11fa47-71ca-11e1-9e33-c80aa9429562",
            "3e11fa47-71ca-11e1-9e33-c80aa9429562:a",
            "3e11fa47-71ca-11e1-9e33-c80aa9429562:b_1",
            "4f22ab58-71ca-11e1-9e33-c80aa9429562");

    private static final String EDGES = "0123456789abcdefxyz_-:, \n\u0661";

    /** One transaction as text. */
    private static Set<String> singles(List<Range> ranges) {
        Set<String> singles = new HashSet<>();
        for (Range range : ranges) {
            for (long n = range.first; n <= range.last; n++) {
                singles.add(range.source + ":" + n);
            }
        }
        return singles;
    }

    private record Range(String source, long first, long last) {
        String text() {
            return source + ":" + first + "-" + last;
        }
    }

    private static GtidSet set(List<Range> ranges) {
        return GtidSet.parse(String.join(",", ranges.stream().map(Range::text).toList()));
    }

    private static GtidSet set(Set<String> singles) {
        return GtidSet.parse(String.join(",", singles));
    }

    @Property
    void whenPrintedShouldParseItsText(@ForAll("ranges") List<Range> ranges) {
        GtidSet set = set(ranges);
        assertThat(GtidSet.parse(set.toString())).isEqualTo(set).hasToString(set.toString());
    }

    @Property
    void whenTransactionsAreInAnyOrderShouldBeEqual(@ForAll("ranges") List<Range> ranges) {
        GtidSet set = set(ranges);
        GtidSet other = set(singles(ranges));
        assertThat(set).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(set.isEmpty()).isEqualTo(singles(ranges).isEmpty());
    }

    @Property
    void whenPrintedShouldHaveSortedIntervalsThatDoNotTouch(@ForAll("ranges") List<Range> ranges) {
        Map<String, TreeSet<Long>> bySource = new TreeMap<>();
        for (Range range : ranges) {
            for (long n = range.first; n <= range.last; n++) {
                bySource.computeIfAbsent(range.source, s -> new TreeSet<>()).add(n);
            }
        }
        StringBuilder expected = new StringBuilder();
        String uuid = "";
        for (Map.Entry<String, TreeSet<Long>> source : bySource.entrySet()) {
            String name = source.getKey();
            boolean sameUuid = name.substring(0, 36).equals(uuid);
            uuid = name.substring(0, 36);
            expected.append(sameUuid ? name.substring(36) : (expected.isEmpty() ? "" : ",") + name);
            for (long n : source.getValue()) {
                if (!source.getValue().contains(n - 1)) {
                    long last = n;
                    while (source.getValue().contains(last + 1)) {
                        last++;
                    }
                    expected.append(':').append(n).append(last > n ? "-" + last : "");
                }
            }
        }
        assertThat(set(ranges)).hasToString(expected.toString());
    }

    @Property
    void whenSetsAreRandomShouldContainWhatTheModelContains(
            @ForAll("ranges") List<Range> a, @ForAll("ranges") List<Range> b) {
        assertThat(set(a).contains(set(b))).isEqualTo(singles(a).containsAll(singles(b)));
        assertThat(set(a).union(set(b)).contains(set(a))).isTrue();
        assertThat(set(a).contains(set(a).subtract(set(b)))).isTrue();
    }

    @Property
    void whenSetsAreRandomShouldUniteAndSubtractAsTheModelDoes(
            @ForAll("ranges") List<Range> a, @ForAll("ranges") List<Range> b) {
        Set<String> union = new HashSet<>(singles(a));
        union.addAll(singles(b));
        assertThat(set(a).union(set(b))).isEqualTo(set(union));
        Set<String> difference = new HashSet<>(singles(a));
        difference.removeAll(singles(b));
        assertThat(set(a).subtract(set(b))).isEqualTo(set(difference));
        assertThat(set(a).countMissingIn(set(b))).hasValue(difference.size());
        assertThat(set(a).count()).isEqualTo(singles(a).size());
    }

    @Property
    void whenSetsAreRandomShouldObeyTheLawsOfSets(
            @ForAll("ranges") List<Range> first,
            @ForAll("ranges") List<Range> second,
            @ForAll("ranges") List<Range> third) {
        GtidSet a = set(first);
        GtidSet b = set(second);
        GtidSet c = set(third);
        assertThat(a.union(b)).isEqualTo(b.union(a));
        assertThat(a.union(b).union(c)).isEqualTo(a.union(b.union(c)));
        assertThat(a.union(b).subtract(b).union(b)).isEqualTo(a.union(b));
        assertThat(a.subtract(b.union(c))).isEqualTo(a.subtract(b).subtract(c));
        assertThat(a.union(b).subtract(c)).isEqualTo(a.subtract(c).union(b.subtract(c)));
        assertThat(a.contains(b)).isEqualTo(b.subtract(a).isEmpty());
    }

    @Property
    void whenASourceLacksTransactionsOfItsOwnShouldBeAhead(
            @ForAll("ranges") List<Range> replica, @ForAll("ranges") List<Range> source) {
        String id = SOURCES.get(0);
        boolean expected = singles(replica).stream()
                .anyMatch(gtid -> gtid.startsWith(id) && !singles(source).contains(gtid));
        assertThat(set(replica).isAheadOf(set(source), id)).isEqualTo(expected);
    }

    @Property(tries = 2_000)
    void whenTextIsArbitraryShouldParseItOrReportAMalformedSet(@ForAll("arbitraryText") String text) {
        try {
            GtidSet set = GtidSet.parse(text);
            assertThat(GtidSet.parse(set.toString())).isEqualTo(set);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("malformed GTID set").hasNoCause();
        }
    }

    /** A text that the server would print, with a few characters changed: almost valid, unlike arbitrary text. */
    @Property(tries = 2_000)
    void whenASetIsMutatedShouldParseItOrReportAMalformedSet(
            @ForAll("ranges") List<Range> ranges, @ForAll Random random) {
        StringBuilder text = new StringBuilder(set(ranges).toString());
        for (int i = 0; i < 3 && !text.isEmpty(); i++) {
            int at = random.nextInt(text.length());
            char c = EDGES.charAt(random.nextInt(EDGES.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                default -> text.deleteCharAt(at);
            }
        }
        whenTextIsArbitraryShouldParseItOrReportAMalformedSet(text.toString());
    }

    @Provide
    Arbitrary<List<Range>> ranges() {
        Arbitrary<Long> first = Arbitraries.longs().between(1, 60);
        Arbitrary<Long> length = Arbitraries.longs().between(0, 12);
        return Combinators.combine(Arbitraries.of(SOURCES), first, length)
                .as((source, from, more) -> new Range(source, from, from + more))
                .list()
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<String> arbitraryText() {
        Arbitrary<String> pieces = Arbitraries.of(
                SOURCES.get(0),
                SOURCES.get(3),
                ":",
                "-",
                ",",
                "1",
                "7",
                "0",
                "tag",
                " ",
                "\n",
                "{",
                "9223372036854775807",
                "4294967296",
                "18446744073709551616",
                "\u0661",
                "A",
                "\u0000");
        return Arbitraries.oneOf(
                Arbitraries.strings(), pieces.list().ofMaxSize(12).map(parts -> String.join("", parts)));
    }
}
