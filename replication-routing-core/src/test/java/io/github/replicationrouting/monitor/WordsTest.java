package io.github.replicationrouting.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.GtidSet;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    @ParameterizedTest
    @CsvSource({
        "0, 0ms",
        "999, 999ms",
        "1000, 1s",
        "7200, 7.2s",
        "119900, 119.9s",
        "120000, 2m",
        "750000, 12m 30s",
    })
    void whenSaidShouldBeAsExactAsItMatters(long millis, String words) {
        assertThat(Words.of(Duration.ofMillis(millis))).isEqualTo(words);
    }

    @Test
    void whenAPositionIsLongShouldCutItShort() {
        GtidSet shorter = gtids(43);
        GtidSet longer = gtids(44);
        assertThat(shorter.toString()).hasSize(160);

        assertThat(Words.of(shorter)).isEqualTo(shorter.toString());
        assertThat(Words.of(longer)).hasSize(163).startsWith(UUID + ":1:3:5").endsWith("...");
    }

    /** So many transactions, each an interval of its own. */
    private static GtidSet gtids(int numbers) {
        return GtidSet.parse(UUID
                + IntStream.range(0, numbers).mapToObj(i -> ":" + (1 + 2 * i)).collect(Collectors.joining()));
    }
}
