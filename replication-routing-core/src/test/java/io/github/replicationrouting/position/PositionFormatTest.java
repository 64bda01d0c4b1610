package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PositionFormatTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    @Test
    void whenAPositionIsLongShouldTruncateIt() {
        GtidSet shorter = gtids(43);
        GtidSet longer = gtids(44);
        assertThat(shorter.toString()).hasSize(160);

        assertThat(PositionFormat.of(shorter)).isEqualTo(shorter.toString());
        assertThat(PositionFormat.of(longer))
                .hasSize(163)
                .startsWith(UUID + ":1:3:5")
                .endsWith("...");
    }

    /** So many transactions, each an interval of its own. */
    private static GtidSet gtids(int numbers) {
        return GtidSet.parse(UUID
                + IntStream.range(0, numbers).mapToObj(i -> ":" + (1 + 2 * i)).collect(Collectors.joining()));
    }
}
