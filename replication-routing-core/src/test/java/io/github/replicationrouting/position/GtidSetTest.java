package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GtidSetTest {

    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "4f22ab58-71ca-11e1-9e33-c80aa9429562";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-3:2-6            | A:1-6",
                "A:1-2:3              | A:1-3",
                "A:7:1-3              | A:1-3:7",
                "A:5-3                | ''",
                "A:5-0                | ''",
                "A                    | ''",
                "A:1,B:2              | A:1,B:2",
                "B:2,A:1              | A:1,B:2",
                "A:1-3,A:2-6          | A:1-6",
                "A:1-3:Tag:4          | A:1-3:tag:4",
                "A:b:1:a:2:_c:3       | A:_c:3:a:2:b:1",
                "A:1:tag:2:1          | A:1:tag:1-2",
                "A:_azZ09:1           | A:_azz09:1",
                "A:a2345678901234567890123456789012:1 | A:a2345678901234567890123456789012:1",
                "' A : 1 - 3 : t : 4 , ,A:9 ' | A:1-3:9:t:4",
                "A:9223372036854775806 | A:9223372036854775806",
                "',A:01,'             | A:1",
                "''                   | ''",
            })
    void whenParsedShouldPrintAsTheServerDoes(String text, String canonical) {
        assertThat(parse(text)).hasToString(full(canonical)).isEqualTo(parse(canonical));
    }

    @Test
    void whenTextHasLineBreaksShouldReadIt() {
        assertThat(GtidSet.parse(A + ":1-5,\n" + B + ":1-3")).hasToString(A + ":1-5," + B + ":1-3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A:",
                "A:0",
                "A:1-",
                "A:1-x",
                "A:-1",
                "A:1 2",
                "A:9223372036854775807",
                "A:99999999999999999999",
                "A:1;B:1",
                "+A:5",
                "3e11fa47:1",
                "A:1:tag:1::2",
                "A:9a:1",
                "A:a-b:1",
                "A:a23456789012345678901234567890123:1",
                "garbage",
                "A:1-3B:2"
            })
    void whenTextIsMalformedShouldReportTheOffset(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(text))
                .withMessageContaining("malformed GTID set")
                .withMessageContaining("at character");
    }

    @Test
    void whenATextIsHugeShouldNotRepeatItInTheError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GtidSet.parse("x".repeat(100_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-5        | A:1-5       | true",
                "A:1-5        | A:2-4       | true",
                "A:1-5        | A:5-6       | false",
                "A:1-3:5-7    | A:3-5       | false",
                "A:1-3:5-7    | A:2:6       | true",
                "A:1-5        | B:1         | false",
                "A:1-5,B:1    | B:1         | true",
                "A:1-5        | A:t:1       | false",
                "A:1:t:1-9    | A:t:4-8     | true",
                "A:1          | ''          | true",
                "''           | A:1         | false",
                "''           | ''          | true",
            })
    void whenComparedShouldContainOnlyItsParts(String whole, String part, boolean expected) {
        assertThat(parse(whole).contains(parse(part))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-5   | A:6-9      | A:1-9        | A:1-5",
                "A:1-9   | A:4-5      | A:1-9        | A:1-3:6-9",
                "A:1-9   | A:1:3:5:9  | A:1-9        | A:2:4:6-8",
                "A:1-9   | B:1-9      | A:1-9,B:1-9  | A:1-9",
                "A:1:t:2 | A:1        | A:1:t:2      | A:t:2",
                "''      | A:1        | A:1          | ''",
                "A:1     | ''         | A:1          | A:1",
                "A:1-2   | A:1-2      | A:1-2        | ''",
            })
    void whenSetsDifferShouldUniteAndSubtractThem(String left, String right, String union, String difference) {
        assertThat(parse(left).union(parse(right))).isEqualTo(parse(union));
        assertThat(parse(left).subtract(parse(right))).isEqualTo(parse(difference));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                          | 0",
                "A:1                         | 1",
                "A:1-5:7:t:1-2,B:10-19       | 18",
                "A:1-9223372036854775806     | 9223372036854775806",
                "A:1-9223372036854775806,B:1-9223372036854775806 | 9223372036854775807",
            })
    void whenCountedShouldStopAtTheMaximum(String text, long count) {
        assertThat(parse(text).count()).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-9        | A:1-9          | false",
                "A:1-9        | A:1-8          | true",
                "A:1-8        | A:1-9          | false",
                "A:1-9        | ''             | true",
                "A:1-9        | B:1            | true",
                "A:1-9,B:1-3  | A:1-9          | false",
                "A:1-9,B:1-3  | A:1-10,B:1     | false",
                "A:1:t:1-5    | A:1:t:1-4      | true",
                "A:1:t:1-5    | A:1            | true",
                "A:1:t:1-5    | A:1-9:s:1:t:1-5 | false",
                "B:1-3        | ''             | false",
            })
    void whenASourceLacksTransactionsOfItsOwnShouldBeAhead(String replica, String source, boolean expected) {
        assertThat(parse(replica).isAheadOf(parse(source), A)).isEqualTo(expected);
        assertThat(parse(replica).isAheadOf(parse(source), A.toUpperCase(Locale.ROOT)))
                .isEqualTo(expected);
    }

    @Test
    void whenThereAreNoIntervalsShouldBeEmpty() {
        assertThat(parse("A:5-3,B").isEmpty()).isTrue();
        assertThat(parse("A:1").isEmpty()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-5,B:1-3   | A | A:1-5",
                "A:1-5,B:1-3   | B | B:1-3",
                "A:1-5:t:2-4   | A | A:1-5:t:2-4",
                "A:t:2-4,B:1   | A | A:t:2-4",
                "A:1-5         | B | ''",
                "''            | A | ''",
            })
    void whenAServerWroteShouldReturnItsPartWhateverTheTag(String all, String server, String expected) {
        assertThat(parse(all).writtenBy(full(server))).isEqualTo(parse(expected));
        assertThat(parse(all).writtenBy(full(server).toUpperCase(Locale.ROOT))).isEqualTo(parse(expected));
    }

    @Test
    void whenAServerIdIsNoUuidShouldReturnAnEmptyPart() {
        assertThat(parse("A:1-5").writtenBy("1").isEmpty()).isTrue();
        assertThat(parse("A:1-5").writtenBy(A.substring(0, 35)).isEmpty()).isTrue();
    }

    private static GtidSet parse(String text) {
        return GtidSet.parse(full(text));
    }

    private static String full(String text) {
        return text.replace("A", A).replace("B", B);
    }
}
