package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GaleraPositionTest {

    private static final String CLUSTER = "ef004dd7-ed14-11f1-a8e8-4b5f74a0bfd4";
    private static final String OTHER = "aa004dd7-ed14-11f1-a8e8-4b5f74a0bfd4";

    private static GaleraPosition at(long number) {
        return GaleraPosition.of(CLUSTER, number);
    }

    /** Union, subtraction and containment agree. */
    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "1,0", "7,7", "7,9", "9,7", "0,9223372036854775807"})
    void whenPositionsOfOneClusterAreComparedShouldCompareTheirNumbers(long one, long other) {
        assertThat(at(one).isComparableTo(at(other))).isTrue();
        assertThat(at(one).contains(at(other))).isEqualTo(one >= other);
        assertThat(at(one).union(at(other))).isEqualTo(at(Math.max(one, other)));
        assertThat(at(one).subtract(at(other)).isEmpty()).isEqualTo(at(other).contains(at(one)));
        assertThat(at(one).countMissingIn(at(other))).hasValue(Math.max(0, one - other));
    }

    @Test
    void whenPositionsAreOfDifferentClustersShouldNotCompareThem() {
        GaleraPosition other = GaleraPosition.of(OTHER, 1);
        assertThat(at(5).isComparableTo(other)).isFalse();
        assertThat(at(5).contains(other)).isFalse();
        assertThat(at(5).contains(GaleraPosition.of(OTHER, 0))).isFalse();
        assertThat(at(5).subtract(other)).isEqualTo(at(5));
        assertThat(at(5).countMissingIn(other)).isEmpty();
        assertThatThrownBy(() -> at(5).union(other)).isInstanceOf(IllegalArgumentException.class);
        assertThat(at(5)).isNotEqualTo(other);
    }

    @Test
    void whenAPositionIsOfAnotherKindShouldNotCompareThem() {
        assertThat(at(5).isComparableTo(MariaDbGtidPosition.parse("0-1-5"))).isFalse();
        assertThat(at(5).contains(MariaDbGtidPosition.parse(""))).isFalse();
        assertThat(MariaDbGtidPosition.parse("0-1-5").contains(at(1))).isFalse();
    }

    @Test
    void whenWrittenAsTextShouldParseToTheSame() {
        assertThat(GaleraPosition.parse(at(1042).toString())).isEqualTo(at(1042));
        assertThat(GaleraPosition.isPosition(at(1042).toString())).isTrue();
        assertThat(GaleraPosition.parse(CLUSTER.toUpperCase(java.util.Locale.ROOT) + ":1042"))
                .isEqualTo(at(1042))
                .hasSameHashCodeAs(at(1042));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0-1-5",
                CLUSTER,
                CLUSTER + ":",
                CLUSTER + ":-1",
                CLUSTER + ":1-5",
                CLUSTER + ":18446744073709551615",
                CLUSTER + ":9999999999999999999"
            })
    void whenATextIsNoPositionShouldRefuseIt(String text) {
        assertThatThrownBy(() -> GaleraPosition.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenTheNumberIsNegativeShouldRefuseIt() {
        assertThatThrownBy(() -> at(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenAWriteSetIsCertifiedShouldNotSayWhichMemberWroteIt() {
        assertThat(at(5).writtenBy("1").isEmpty()).isTrue();
        assertThat(at(5).isAheadOf(at(3), "1")).isFalse();
        assertThat(at(5).kind()).isEqualTo("galera");
    }
}
