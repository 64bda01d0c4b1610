package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.GtidSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MySqlDialectTest {

    private static final String ONE = "b12e015c-ecc4-11f1-a29b-0242ac110002";
    private static final String TWO = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | ''",
                ONE + ":5#15:4#14:3#13 | " + ONE + ":3-5",
                ONE + ":7#15" + TWO + ":2#20:1#4 | " + ONE + ":7," + TWO + ":1-2",
                ONE + ":tag:7#15 | " + ONE + ":tag:7"
            })
    void whenTransactionsAreBeingCommittedShouldReadThemWithoutTheirOwners(String owned, String expected) {
        assertThat(MySqlDialect.committing(owned)).isEqualTo(GtidSet.parse(expected));
    }

    @Test
    void whenTheTextCannotBeParsedShouldReturnNull() {
        assertThat(MySqlDialect.committing("ANONYMOUS#3")).isNull();
    }
}
