package io.github.replicationrouting.internal.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadHistoryTest {

    private static final long PAUSE = 100;
    private static final Position SEEN = GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9");

    @Test
    void whenReadOnSeveralNodesShouldKeepThemApart() {
        ReadHistory reads = seen(seen(seen(ReadHistory.NONE, "db2", 10), "db3", 20), "db2", 30);

        assertThat(reads.byNode())
                .extracting(ObservedRead::node, ObservedRead::at)
                .containsExactlyInAnyOrder(tuple("db2", 30L), tuple("db3", 20L));
    }

    @Test
    void whenANodeContainsOtherReadsShouldCoverThem() {
        ReadHistory reads =
                seen(ReadHistory.NONE, "db2", 10).with(new ObservedRead("db1", 20, null), other -> true, PAUSE);

        assertThat(reads.byNode()).containsExactly(new ObservedRead("db1", 20, null));
    }

    /** A read of another thread may have ended after this one queried its node. */
    @Test
    void whenAnotherReadEndedLaterShouldNotCoverIt() {
        ReadHistory reads =
                seen(ReadHistory.NONE, "db2", 21).with(new ObservedRead("db1", 20, SEEN), other -> true, PAUSE);

        assertThat(reads.byNode()).hasSize(2);
        assertThat(seen(ReadHistory.NONE, "db1", 21)
                        .with(new ObservedRead("db1", 20, SEEN), other -> true, PAUSE)
                        .on("db1"))
                .isEqualTo(new ObservedRead("db1", 21, null, 21));
    }

    @Test
    void whenASessionReadsWithoutAPauseShouldKeepTheTimeOfTheFirstRead() {
        ReadHistory reads = seen(seen(seen(ReadHistory.NONE, "db2", 10), "db2", 110), "db2", 210);
        assertThat(reads.on("db2")).isEqualTo(new ObservedRead("db2", 210, null, 10));

        assertThat(seen(reads, "db2", 311).on("db2"))
                .as("after a pause")
                .isEqualTo(new ObservedRead("db2", 311, null, 311));
        ReadHistory withPosition =
                reads.with(new ObservedRead("db2", 211, SEEN), other -> false, ObservedRead.BEGINS_ANEW);
        assertThat(withPosition.on("db2")).isEqualTo(new ObservedRead("db2", 211, SEEN, 211));
        assertThat(seen(withPosition, "db2", 212).on("db2")).isEqualTo(new ObservedRead("db2", 212, null, 212));
        assertThat(reads.with(new ObservedRead("db2", 212, null), other -> false, ObservedRead.BEGINS_ANEW)
                        .on("db2"))
                .as("its server did not report a position")
                .isEqualTo(new ObservedRead("db2", 212, null, 212));
        assertThat(reads.with(new ObservedRead("db2", 209, SEEN), other -> false, ObservedRead.BEGINS_ANEW)
                        .on("db2"))
                .as("another read ended meanwhile")
                .isEqualTo(new ObservedRead("db2", 210, null, 209));
    }

    @Test
    void whenThereAreTooManyNodesShouldStillRequireTheirReads() {
        ReadHistory reads = ReadHistory.NONE;
        for (int i = 0; i < 20; i++) {
            reads = seen(reads, "node" + i, i);
        }

        List<ObservedRead> byNode = reads.byNode();
        assertThat(byNode).hasSize(8);
        assertThat(byNode)
                .filteredOn(seen -> seen.node() == null)
                .extracting(ObservedRead::at)
                .containsExactly(12L);
    }

    private static ReadHistory seen(ReadHistory before, String node, long at) {
        return before.with(new ObservedRead(node, at, null), other -> false, PAUSE);
    }
}
