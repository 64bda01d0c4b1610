package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MariaDbGtidStateTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42                | ''           | 0-1-42",
                "0-2-57,0-1-42         | ''           | 0-1-42,0-2-57",
                "1-1-3,0-10-7,0-9-8    | ''           | 0-9-8,0-10-7,1-1-3",
                "' 0-1-42 , 0-2-57 '   | ''           | 0-1-42,0-2-57",
                "',0-1-42,'            | ''           | 0-1-42",
                "0-1-42,0-1-41         | ''           | 0-1-42",
                "0-1-42                | 0-2-57       | 0-1-42,0-2-57",
                "0-1-42                | 0-1-57       | 0-1-57",
                "0-1-57                | 0-1-42       | 0-1-57",
                "''                    | 0-1-42,1-2-7 | 0-1-42,1-2-7",
                "''                    | ''           | ''",
                "0-1-9223372036854775807 | 0-1-18446744073709551615 | 0-1-18446744073709551615",
            })
    void whenParsedShouldContainWhatWasLoggedAndWhatWasReplicated(
            String binlogState, String replicated, String expected) {
        assertThat(MariaDbGtidState.parse(binlogState, MariaDbGtidPosition.parse(replicated)))
                .hasToString(expected)
                .isEqualTo(state(expected))
                .hasSameHashCodeAs(state(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-1", "garbage", "0-1-42;0-2-1", "4294967296-1-1"})
    void whenTextIsMalformedShouldRejectIt(String binlogState) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state(binlogState))
                .withMessageContaining("malformed GTID position");
    }

    @Test
    void whenServerOrSequenceDiffersShouldNotBeEqual() {
        assertThat(state("0-1-42"))
                .isNotEqualTo(state("0-1-43"))
                .isNotEqualTo(state("0-2-42"))
                .isNotEqualTo(state("1-1-42"))
                .doesNotHaveSameHashCodeAs(state("0-1-43"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42        | 0-1-42        | true",
                "0-1-43        | 0-1-42        | true",
                "0-1-42        | 0-1-43        | false",
                "0-1-42        | ''            | true",
                "''            | ''            | true",
                "''            | 0-1-1         | false",
                "0-1-42,0-2-57 | 0-1-42        | true",
                "0-1-42        | 0-1-42,0-2-57 | false",
                "0-1-42        | 1-1-1         | false",
                "0-1-18446744073709551615 | 0-1-9223372036854775807 | true",
            })
    void whenComparedShouldContainByServer(String whole, String part, boolean expected) {
        assertThat(state(whole).contains(state(part))).isEqualTo(expected);
    }

    /** By their positions in the domain, the second would contain the first. */
    @Test
    void whenServersHaveDivergedShouldNotContainEachOther() {
        MariaDbGtidState one = state("0-1-60");
        MariaDbGtidState two = state("0-1-42,0-2-65");

        assertThat(one.contains(two)).isFalse();
        assertThat(two.contains(one)).isFalse();
    }

    @Test
    void whenServersDifferShouldUniteAndSubtractByServer() {
        MariaDbGtidState a = state("0-1-42,0-2-57,1-1-5");
        MariaDbGtidState b = state("0-1-50,0-2-57,2-1-1");

        assertThat(a.union(b)).hasToString("0-1-50,0-2-57,1-1-5,2-1-1").isEqualTo(b.union(a));
        assertThat(a.subtract(b)).hasToString("1-1-5");
        assertThat(b.subtract(a)).hasToString("0-1-50,2-1-1");
        assertThat(a.subtract(a).isEmpty()).isTrue();
        assertThat(a).as("unchanged").hasToString("0-1-42,0-2-57,1-1-5");
    }

    @Test
    void whenSequencesExceedTheSignedRangeShouldUniteThem() {
        assertThat(state("0-1-9223372036854775807").union(state("0-1-18446744073709551615")))
                .hasToString("0-1-18446744073709551615");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42        | 0-1-42 | 0",
                "0-1-42        | 0-1-40 | 2",
                "0-1-42        | 0-1-50 | 0",
                "0-1-42,0-2-57 | 0-1-40 | 59",
                "''            | 0-1-40 | 0",
                "0-1-18446744073709551615,1-1-5 | '' | 9223372036854775807",
            })
    void whenAnotherLacksTransactionsShouldCountThem(String whole, String part, long count) {
        assertThat(state(whole).countMissingIn(state(part))).hasValue(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42       | 0-1-42 | false",
                "0-1-42       | 0-1-43 | false",
                "0-1-42       | 0-1-41 | true",
                "0-1-42       | ''     | true",
                "0-2-42       | ''     | false",
                "0-1-42,0-2-9 | 0-1-42 | false",
            })
    void whenASourceLacksTransactionsOfItsOwnShouldBeAhead(String replica, String source, boolean expected) {
        assertThat(state(replica).isAheadOf(state(source), "1")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42,0-2-57,1-1-5 | 1  | 0-1-42,1-1-5",
                "0-1-42,0-2-57,1-1-5 | 2  | 0-2-57",
                "0-1-42,0-2-57,1-1-5 | 3  | ''",
                "0-1-42,0-11-5       | 11 | 0-11-5",
                "0-1-42              | '' | ''",
            })
    void whenAServerWroteShouldReturnItsPartOfEachDomain(String all, String serverId, String expected) {
        assertThat(state(all).writtenBy(serverId)).isEqualTo(state(expected));
    }

    private static MariaDbGtidState state(String text) {
        return MariaDbGtidState.parse(text, MariaDbGtidPosition.EMPTY);
    }
}
