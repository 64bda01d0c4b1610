package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinlogPositionTest {

    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "4f22ab58-71ca-11e1-9e33-c80aa9429562";

    @ParameterizedTest
    @CsvSource({
        "binlog.000002, 157, binlog.000002, 157, true",
        "binlog.000002, 158, binlog.000002, 157, true",
        "binlog.000002, 157, binlog.000002, 158, false",
        "binlog.000003,   4, binlog.000002, 999999, true",
        "binlog.000002, 999999, binlog.000003, 4, false",
        "binlog.1000000, 4, binlog.999999, 999999, true",
        "binlog.999999, 999999, binlog.1000000, 4, false",
        "binlog.2147483647, 4, binlog.1000000, 4, true",
        "binlog.000001, 0, binlog.000001, 0, true",
        "b.000002, 4, b.000001, 4, true",
        "my.binlog.000002, 4, my.binlog.000001, 4, true",
        "binlog.000002, 4, other.000001, 4, false",
        "my.binlog.000002, 4, binlog.000001, 4, false",
    })
    void whenPositionsAreInOneLogShouldContainEarlierOnes(
            String file, long offset, String otherFile, long otherOffset, boolean expected) {
        assertThat(at(file, offset).contains(at(otherFile, otherOffset))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "binlog, 4",
        "'', 4",
        ".000001, 4",
        "binlog., 4",
        "binlog.00000x, 4",
        "binlog.-1, 4",
        "binlog.12345678901, 4",
        "binlog.\u0661, 4",
        "binlog.000001, -1"
    })
    void whenAPositionIsMalformedShouldRejectIt(String file, long offset) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> at(file, offset))
                .withMessageContaining("malformed binary log position")
                .withMessageContaining("\"" + file + "\", offset " + offset);
    }

    @Test
    void whenANameIsHugeShouldNotRepeatItInTheError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> at("x".repeat(100_000), 4))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void whenServersDifferShouldNotBeComparable() {
        BinlogPosition mine = at("binlog.000009", 4);
        BinlogPosition theirs = BinlogPosition.of(B, "binlog.000001", 4);
        assertThat(mine.isComparableTo(theirs)).isFalse();
        assertThat(mine.contains(theirs)).isFalse();
        assertThat(mine.contains(BinlogPosition.start(B))).isFalse();
        assertThat(mine.isAheadOf(theirs, B)).isFalse();
        assertThat(mine.subtract(theirs)).isEqualTo(mine);
        assertThat(mine.countMissingIn(theirs)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> mine.union(theirs));
    }

    @Test
    void whenPositionsAreInOneLogShouldUniteAndSubtract() {
        BinlogPosition early = at("binlog.000001", 4);
        BinlogPosition late = at("binlog.000002", 4);
        assertThat(early.union(late)).isEqualTo(late).isEqualTo(late.union(early));
        assertThat(late.subtract(early)).isEqualTo(late);
        assertThat(early.subtract(late)).isEqualTo(BinlogPosition.start(A));
        assertThat(early.subtract(late).isEmpty()).isTrue();
        assertThat(late.countMissingIn(early)).isEmpty();
        assertThat(early.countMissingIn(late)).hasValue(0);
    }

    @Test
    void whenAnythingIsWrittenShouldContainTheStart() {
        assertThat(at("binlog.000001", 4).contains(BinlogPosition.start(A))).isTrue();
        assertThat(BinlogPosition.start(A).contains(at("binlog.000001", 4))).isFalse();
        assertThat(BinlogPosition.start(A).union(at("binlog.000001", 4))).hasToString("binlog.000001:4");
        assertThat(BinlogPosition.start(A)).hasToString("");
    }

    @Test
    void whenAReplicaIsFurtherThanItsSourceShouldBeAhead() {
        BinlogPosition source = at("binlog.000001", 157);
        assertThat(at("binlog.000001", 157).isAheadOf(source, A)).isFalse();
        assertThat(at("binlog.000001", 156).isAheadOf(source, A)).isFalse();
        assertThat(at("binlog.000001", 158).isAheadOf(source, A)).isTrue();
        assertThat(at("binlog.000005", 4).isAheadOf(source, A)).isTrue();
    }

    @Test
    void whenTheServerWritesTheLogShouldAttributeAllOfItToThatServer() {
        BinlogPosition position = at("binlog.000001", 157);
        assertThat(position.writtenBy(A)).isEqualTo(position);
        assertThat(position.writtenBy(B).isEmpty()).isTrue();
    }

    @Test
    void whenAnotherServerWritesTheLogShouldContainItsEmptyPart() {
        BinlogPosition position = at("binlog.000001", 157);
        assertThat(position.contains(position.writtenBy(B))).isTrue();
    }

    private static BinlogPosition at(String file, long offset) {
        return BinlogPosition.of(A, file, offset);
    }
}
