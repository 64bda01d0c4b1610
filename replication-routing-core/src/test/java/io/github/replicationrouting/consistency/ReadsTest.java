package io.github.replicationrouting.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadsTest {

    private static final long PAUSE = 100;
    private static final Position SEEN = GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9");

    @Test
    void readsOnSeveralNodesAreKeptApart() {
        Reads reads = seen(seen(seen(Reads.NONE, "db2", 10), "db3", 20), "db2", 30);

        assertThat(reads.byNode())
                .extracting(Seen::node, Seen::at)
                .containsExactlyInAnyOrder(tuple("db2", 30L), tuple("db3", 20L));
    }

    @Test
    void whatItsNodeHasOfOthersIsCovered() {
        Reads reads = seen(Reads.NONE, "db2", 10).with(new Seen("db1", 20, null), other -> true, PAUSE);

        assertThat(reads.byNode()).containsExactly(new Seen("db1", 20, null));
    }

    /** Another thread's read may have ended later than this one asked its node. */
    @Test
    void whatEndedLaterIsNotCovered() {
        Reads reads = seen(Reads.NONE, "db2", 21).with(new Seen("db1", 20, SEEN), other -> true, PAUSE);

        assertThat(reads.byNode()).hasSize(2);
        assertThat(seen(Reads.NONE, "db1", 21)
                        .with(new Seen("db1", 20, SEEN), other -> true, PAUSE)
                        .on("db1"))
                .isEqualTo(new Seen("db1", 21, null, 21));
    }

    @Test
    void aSessionThatReadsWithoutAPauseIsKnownToStay() {
        Reads reads = seen(seen(seen(Reads.NONE, "db2", 10), "db2", 110), "db2", 210);
        assertThat(reads.on("db2")).isEqualTo(new Seen("db2", 210, null, 10));

        assertThat(seen(reads, "db2", 311).on("db2")).as("after a pause").isEqualTo(new Seen("db2", 311, null, 311));
        Reads asked = reads.with(new Seen("db2", 211, SEEN), other -> false, Seen.BEGINS_ANEW);
        assertThat(asked.on("db2")).isEqualTo(new Seen("db2", 211, SEEN, 211));
        assertThat(seen(asked, "db2", 212).on("db2")).isEqualTo(new Seen("db2", 212, null, 212));
        assertThat(reads.with(new Seen("db2", 212, null), other -> false, Seen.BEGINS_ANEW)
                        .on("db2"))
                .as("its server could not tell")
                .isEqualTo(new Seen("db2", 212, null, 212));
        assertThat(reads.with(new Seen("db2", 209, SEEN), other -> false, Seen.BEGINS_ANEW)
                        .on("db2"))
                .as("another read ended meanwhile")
                .isEqualTo(new Seen("db2", 210, null, 209));
    }

    @Test
    void moreNodesThanAreKeptApartAreStillAsked() {
        Reads reads = Reads.NONE;
        for (int i = 0; i < 20; i++) {
            reads = seen(reads, "node" + i, i);
        }

        List<Seen> byNode = reads.byNode();
        assertThat(byNode).hasSize(8);
        assertThat(byNode)
                .filteredOn(seen -> seen.node() == null)
                .extracting(Seen::at)
                .containsExactly(12L);
    }

    private static Reads seen(Reads before, String node, long at) {
        return before.with(new Seen(node, at, null), other -> false, PAUSE);
    }
}
