package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MariaDbGtidPositionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42                | 0-1-42",
                "1-2-7,0-1-42          | 0-1-42,1-2-7",
                "' 0-1-42 , 1-2-7 '    | 0-1-42,1-2-7",
                "0-1-18446744073709551615 | 0-1-18446744073709551615",
                "4294967295-4294967295-1 | 4294967295-4294967295-1",
                "''                    | ''",
            })
    void whenParsedShouldPrintByDomain(String text, String canonical) {
        assertThat(MariaDbGtidPosition.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0-1",
                "0-1-",
                "-1-1",
                "0--1",
                "0-1-2-3",
                "0-1-x",
                "0-1-42,",
                ",",
                "0-1-1,0-2-2",
                "4294967296-1-1",
                "0-1-18446744073709551616",
                "0-1-+1",
                "0-1- 1",
                "garbage"
            })
    void whenTextIsMalformedShouldRejectIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MariaDbGtidPosition.parse(text))
                .withMessageContaining("malformed GTID position");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42       | 0-1-42        | true",
                "0-1-42       | 0-1-41        | true",
                "0-1-42       | 0-1-43        | false",
                "0-2-42       | 0-1-41        | true",
                "0-2-42       | 0-1-42        | false",
                "0-1-42,1-1-5 | 1-1-5         | true",
                "0-1-42       | 0-1-1,1-1-1   | false",
                "0-1-42       | ''            | true",
                "''           | 0-1-1         | false",
                "0-1-18446744073709551615 | 0-1-9223372036854775807 | true",
            })
    void whenComparedShouldContainByDomain(String whole, String part, boolean expected) {
        assertThat(MariaDbGtidPosition.parse(whole).contains(MariaDbGtidPosition.parse(part)))
                .isEqualTo(expected);
    }

    @Test
    void whenDomainsDifferShouldUniteAndSubtractByDomain() {
        MariaDbGtidPosition a = MariaDbGtidPosition.parse("0-1-42,1-1-5");
        MariaDbGtidPosition b = MariaDbGtidPosition.parse("0-2-50,1-1-4,2-1-1");
        assertThat(a.union(b)).hasToString("0-2-50,1-1-5,2-1-1").isEqualTo(b.union(a));
        assertThat(a.subtract(b)).hasToString("1-1-5");
        assertThat(a.subtract(a).isEmpty()).isTrue();
    }

    @Test
    void whenDomainsAreInterleavedShouldUniteThemInOrder() {
        MariaDbGtidPosition even = MariaDbGtidPosition.parse("0-1-1,2-1-1,4-1-1");
        MariaDbGtidPosition odd = MariaDbGtidPosition.parse("1-1-1,3-1-1");
        assertThat(even.union(odd)).hasToString("0-1-1,1-1-1,2-1-1,3-1-1,4-1-1").isEqualTo(odd.union(even));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42       | 0-1-42        | 0",
                "0-1-42       | 0-1-40        | 2",
                "0-1-42,1-1-5 | 0-1-40        | 7",
                "0-1-42       | 0-2-42        | 1",
                "0-1-42       | 0-2-50        | 0",
                "0-1-18446744073709551615,1-1-5 | '' | 9223372036854775807",
                "''           | 0-1-1         | 0",
            })
    void whenAnotherLacksTransactionsShouldCountThem(String whole, String part, long count) {
        assertThat(MariaDbGtidPosition.parse(whole).countMissingIn(MariaDbGtidPosition.parse(part)))
                .hasValue(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42       | 0-1-42        | false",
                "0-1-42       | 0-1-43        | false",
                "0-1-42       | 0-1-41        | true",
                "0-1-42       | 0-2-41        | true",
                "0-1-42       | 0-2-42        | true",
                "0-1-42,7-3-9 | 0-1-42        | false",
                "0-1-42       | ''            | true",
                "''           | ''            | false",
            })
    void whenASourceIsBehindInACommonDomainShouldBeAhead(String replica, String source, boolean expected) {
        assertThat(MariaDbGtidPosition.parse(replica).isAheadOf(MariaDbGtidPosition.parse(source), "1"))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0-1-42,1-2-7,2-1-9 | 1  | 0-1-42,2-1-9",
                "0-1-42,1-2-7       | 2  | 1-2-7",
                "0-1-42             | 3  | ''",
                "0-11-42            | 1  | ''",
                "''                 | 1  | ''",
            })
    void whenAServerWroteLastInADomainShouldReturnThatDomain(String all, String serverId, String expected) {
        assertThat(MariaDbGtidPosition.parse(all).writtenBy(serverId)).hasToString(expected);
    }
}
