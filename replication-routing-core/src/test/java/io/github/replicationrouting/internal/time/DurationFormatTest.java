package io.github.replicationrouting.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationFormatTest {

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
    void whenADurationIsLongerShouldUseALargerUnit(long millis, String text) {
        assertThat(DurationFormat.of(Duration.ofMillis(millis))).isEqualTo(text);
    }
}
