package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.position.MariaDbGtidState;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each answer arrives 2 ns after its probe was sent. */
class ContainmentTest {

    private static final String ONE = "00000000-0000-0000-0000-000000000001";
    private static final String TWO = "00000000-0000-0000-0000-000000000002";

    /** Comparisons must survive the overflow of System.nanoTime(). */
    private static final long LATE = Long.MAX_VALUE - 1;

    // --- all transactions of the other

    @Test
    void whenTheOtherHasNoMoreShouldContainIt() {
        assertThat(Containment.of(mySql(1, 0, ONE + ":1-10"), mySql(2, 0, ONE + ":1-10")))
                .isEqualTo(Containment.CONTAINED);
        assertThat(Containment.of(mySql(1, 0, ONE + ":1-10"), mySql(2, 9, ONE + ":1-9")))
                .isEqualTo(Containment.CONTAINED);
    }

    @ParameterizedTest
    @CsvSource({"0, NOT_COMPARED_YET", "1, NOT_COMPARED_YET", "2, LACKING", "3, LACKING"})
    void whenTheOtherHasMoreShouldLackItOnlyIfProbedAfterTheOtherAnswered(long sentAt, Containment expected) {
        Answer other = mySql(2, LATE, ONE + ":1-11");

        assertThat(Containment.of(mySql(1, LATE + sentAt, ONE + ":1-10"), other))
                .isEqualTo(expected);
        assertThat(Containment.ofReplicated(mySql(1, LATE + sentAt, ONE + ":1-10"), other))
                .isEqualTo(expected);
    }

    @Test
    void whenAnAnswerOrAPositionIsMissingShouldBeUnknown() {
        Answer seen = mySql(1, 0, ONE + ":1");

        assertThat(Containment.of(null, seen)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.of(seen, null)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.of(seen, answer(TWO, 0, null, null, null))).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.of(answer(TWO, 0, null, null, null), seen)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofReplicated(null, seen)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofReplicated(seen, null)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofReplicated(seen, answer(TWO, 0, null, null, null)))
                .isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofReplicated(answer(TWO, 0, null, null, null), seen))
                .isEqualTo(Containment.UNKNOWN);
    }

    @Test
    void whenOnlyTheReplicatedPositionOfTheOtherIsKnownShouldCompareOnlyThat() {
        Answer other = answer(TWO, 0, null, GtidSet.parse(ONE + ":1-11"), null);

        assertThat(Containment.of(mySql(1, 9, ONE + ":1-10"), other)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofReplicated(mySql(1, 9, ONE + ":1-10"), other)).isEqualTo(Containment.LACKING);
    }

    @Test
    void whenPositionsAreOfDifferentKindsShouldBeUnknown() {
        Answer mySql = mySql(1, 9, ONE + ":1");
        Answer mariaDb = mariaDb("2", 0, "0-1-1", "", "0-1-1");

        assertThat(Containment.of(mySql, mariaDb)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofReplicated(mySql, mariaDb)).isEqualTo(Containment.UNKNOWN);
    }

    @Test
    void whenTwoMariaDbServersHaveDivergedShouldLackEachOthersTransactions() {
        Answer one = mariaDb("1", 9, "0-1-20", "", "0-1-20");
        Answer two = mariaDb("2", 0, "0-2-15", "0-1-12", "0-1-12,0-2-15");
        Answer twoLater = mariaDb("2", 20, "0-2-15", "0-1-12", "0-1-12,0-2-15");

        assertThat(Containment.of(one, two)).isEqualTo(Containment.LACKING);
        assertThat(Containment.of(twoLater, one)).isEqualTo(Containment.LACKING);
    }

    // --- transactions that the other wrote itself

    @Test
    void whenOnlyTransactionsOfTheOtherItselfCountShouldIgnoreReplicatedOnes() {
        Answer other = mySql(2, 0, ONE + ":1-99," + TWO + ":1-5");

        assertThat(Containment.ofOwn(mySql(1, 9, TWO + ":1-5"), other)).isEqualTo(Containment.CONTAINED);
        assertThat(Containment.ofOwn(mySql(1, 9, TWO + ":1-4"), other)).isEqualTo(Containment.LACKING);
        assertThat(Containment.ofOwn(mySql(1, 1, TWO + ":1-4"), other)).isEqualTo(Containment.NOT_COMPARED_YET);
        assertThat(Containment.ofOwn(null, other)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofOwn(other, null)).isEqualTo(Containment.UNKNOWN);
        assertThat(Containment.ofOwn(other, answer(TWO, 0, null, null, null))).isEqualTo(Containment.UNKNOWN);
    }

    // --- transactions that the other has replicated

    @Test
    void whenOnlyReplicatedTransactionsCountShouldIgnoreThoseOfTheOtherItself() {
        Answer other = mySql(2, 0, ONE + ":1-10," + TWO + ":1-5");

        assertThat(Containment.ofReplicated(mySql(1, 9, ONE + ":1-10"), other)).isEqualTo(Containment.CONTAINED);
        assertThat(Containment.ofReplicated(mySql(1, 9, ONE + ":1-9"), other)).isEqualTo(Containment.LACKING);
    }

    @Test
    void whenAMariaDbServerHasAHigherSequenceNumberShouldContainWhatTheOtherReplicated() {
        Answer primary = mariaDb("2", 9, "0-2-15", "0-1-12", "0-2-15");

        assertThat(Containment.ofReplicated(primary, mariaDb("3", 0, "0-2-14", "0-2-14", "0-1-12,0-2-14")))
                .as("although it does not list server 1, having been restored from a backup")
                .isEqualTo(Containment.CONTAINED);
        assertThat(Containment.ofReplicated(primary, mariaDb("3", 0, "0-2-16", "0-2-16", "0-2-16")))
                .isEqualTo(Containment.LACKING);
    }

    @Test
    void whenAMariaDbServerHasNoBinaryLogShouldContainWhatItReplicated() {
        Answer candidate = answer("2", 9, null, MariaDbGtidPosition.parse("0-1-12"), null);

        assertThat(Containment.ofReplicated(candidate, mariaDb("3", 0, "", "0-1-12", "")))
                .isEqualTo(Containment.CONTAINED);
        assertThat(Containment.ofReplicated(candidate, mariaDb("3", 0, "", "0-1-13", "")))
                .isEqualTo(Containment.LACKING);
    }

    // --- written and replicated

    @Test
    void whenAnAnswerHasWrittenAndReplicatedPositionsShouldUniteThem() {
        assertThat(Containment.everything(mariaDb("2", 0, "0-2-15", "1-1-12", "")))
                .hasToString("0-2-15,1-1-12");
        assertThat(Containment.everything(answer("2", 0, null, GtidSet.parse(ONE + ":1"), null)))
                .hasToString(ONE + ":1");
        assertThat(Containment.everything(answer("2", 0, GtidSet.parse(ONE + ":1"), null, null)))
                .hasToString(ONE + ":1");
        assertThat(Containment.everything(answer("2", 0, null, null, null))).isNull();
    }

    @Test
    void whenWrittenAndReplicatedPositionsCannotBeComparedShouldReturnTheWrittenOne() {
        Answer mixed = answer("2", 0, GtidSet.parse(ONE + ":1"), MariaDbGtidPosition.parse("0-1-1"), null);

        assertThat(Objects.requireNonNull(Containment.everything(mixed))).hasToString(ONE + ":1");
    }

    private static Answer mySql(int server, long sentAt, String executed) {
        GtidSet set = GtidSet.parse(executed);
        return answer(server == 1 ? ONE : TWO, sentAt, set, set, set);
    }

    private static Answer mariaDb(String id, long sentAt, String written, String replicated, String state) {
        MariaDbGtidPosition slave = MariaDbGtidPosition.parse(replicated);
        return answer(id, sentAt, MariaDbGtidPosition.parse(written), slave, MariaDbGtidState.parse(state, slave));
    }

    private static Answer answer(
            String id,
            long sentAt,
            @Nullable Position written,
            @Nullable Position executed,
            @Nullable Position history) {
        return new Answer(
                sentAt,
                sentAt + 2,
                new Observation("a server", id, false, false, written, executed, history),
                new Replication.NotAsked(),
                false);
    }
}
