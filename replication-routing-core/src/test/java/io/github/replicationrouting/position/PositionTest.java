package io.github.replicationrouting.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds between positions of different kinds. */
class PositionTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private static final List<Position> ALL = List.of(
            GtidSet.EMPTY,
            GtidSet.parse(UUID + ":1-5"),
            MariaDbGtidPosition.EMPTY,
            MariaDbGtidPosition.parse("0-1-5"),
            MariaDbGtidState.parse("", MariaDbGtidPosition.EMPTY),
            MariaDbGtidState.parse("0-1-5,0-2-3", MariaDbGtidPosition.EMPTY),
            BinlogPosition.start(UUID),
            BinlogPosition.of(UUID, "binlog.000001", 157));

    @Test
    void whenKindsDifferShouldNeverContainEachOther() {
        for (Position one : ALL) {
            for (Position other : ALL) {
                if (one.getClass() != other.getClass()) {
                    assertThat(one.isComparableTo(other)).isFalse();
                    assertThat(one.contains(other)).isFalse();
                    assertThat(one.isAheadOf(other, UUID)).isFalse();
                    assertThat(one.countMissingIn(other)).isEmpty();
                    assertThat(one.subtract(other)).isEqualTo(one);
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> one.union(other))
                            .withMessageContaining("not comparable");
                }
            }
        }
    }

    @Test
    void whenOfOneKindShouldCompareAndBeEqualToItselfOnly() {
        for (Position one : ALL) {
            for (Position other : ALL) {
                assertThat(one.isComparableTo(other)).isEqualTo(one.getClass() == other.getClass());
                assertThat(one.equals(other)).isEqualTo(one == other);
            }
        }
    }

    @Test
    void whenTheOtherContainsItShouldHaveNothingMissing() {
        for (Position one : ALL) {
            for (Position other : ALL) {
                if (one.isComparableTo(other)) {
                    boolean contained = other.contains(one);
                    assertThat(one.subtract(other).isEmpty()).isEqualTo(contained);
                    assertThat(one.countMissingIn(other).orElse(-1) == 0).isEqualTo(contained);
                    assertThat(one.union(other).contains(one)).isTrue();
                    assertThat(one.union(other).contains(other)).isTrue();
                }
            }
        }
    }

    @Test
    void whenAServerWroteAPartShouldContainIt() {
        for (Position one : ALL) {
            for (String serverId : List.of(UUID, "1", "2", "another", "")) {
                Position part = one.writtenBy(serverId);
                assertThat(one.contains(part)).isTrue();
                assertThat(part.writtenBy(serverId)).isEqualTo(part);
            }
            assertThat(one.writtenBy("another").isEmpty()).isTrue();
        }
    }
}
