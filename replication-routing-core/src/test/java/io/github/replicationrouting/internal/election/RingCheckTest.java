package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.RingCheck.Diverged;
import io.github.replicationrouting.internal.election.RingCheck.Member;
import io.github.replicationrouting.internal.election.RingCheck.Result;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.spi.WriterSettings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that replicate from each other, and detect no conflict. */
class RingCheckTest {

    // --- settings

    @Test
    void whenAllSettingsDifferShouldFindNothing() {
        Result result =
                RingCheck.check(List.of(writer("db1", 1, 3, 1), writer("db2", 2, 3, 2), writer("db3", 3, 3, 3)), null);

        assertThat(result).isEqualTo(Result.NOTHING);
    }

    @Test
    void whenTwoServersHaveOneServerIdShouldNameBoth() {
        Result result =
                RingCheck.check(List.of(writer("db1", 7, 3, 1), writer("db2", 8, 3, 2), writer("db3", 7, 3, 3)), null);

        assertThat(result.problems())
                .containsExactly("db1 and db3 have the same server_id 7, so that each takes the other's changes for its"
                        + " own and ignores them: give each server a server_id of its own");
        assertThat(result.unfitWriters()).containsOnlyKeys("db3");
        assertThat(result.diverged()).isEmpty();
    }

    @Test
    void whenAReplicaHasTheServerIdOfAWriterShouldNameBoth() {
        Member replica = new Member("db2", new WriterSettings(7, 1, 1), List.of(), false);

        Result result = RingCheck.check(List.of(writer("db1", 7, 1, 1), replica), null);

        assertThat(result.problems()).singleElement().asString().startsWith("db1 and db2 have the same server_id 7");
        assertThat(result.unfitWriters()).isEmpty();
    }

    @Test
    void whenTheSettingsAreTheDefaultsShouldSayWhichToSet() {
        Result result =
                RingCheck.check(List.of(writer("db1", 1, 1, 1), writer("db2", 2, 1, 1), writer("db3", 3, 1, 1)), null);

        assertThat(result.problems())
                .containsExactly(
                        "db1, db2 and db3 can generate the same AUTO_INCREMENT values (db1: auto_increment_increment 1,"
                                + " auto_increment_offset 1; db2: auto_increment_increment 1, auto_increment_offset 1;"
                                + " db3: auto_increment_increment 1, auto_increment_offset 1): set"
                                + " auto_increment_increment to at least 3 on each server, and auto_increment_offset to"
                                + " 1, 2, 3 in turn");
        assertThat(result.unfitWriters()).containsOnlyKeys("db2", "db3");
    }

    @ParameterizedTest
    @CsvSource({
        // increment and offset of the two, whether they can generate the same value
        "2, 1, 2, 2, false",
        "2, 1, 2, 1, true",
        "1, 1, 1, 1, true",
        "2, 1, 1, 1, true",
        "2, 1, 3, 2, true", // 5
        "2, 1, 4, 2, false",
        "2, 1, 4, 3, true",
        "4, 1, 6, 2, false",
        "4, 1, 6, 3, true", // 9
        "10, 1, 10, 2, false",
    })
    void whenSettingsAreComparedShouldFindValuesThatBothGenerate(
            int increment, int offset, int otherIncrement, int otherOffset, boolean collide) {
        List<Member> members =
                List.of(writer("db1", 1, increment, offset), writer("db2", 2, otherIncrement, otherOffset));

        assertThat(RingCheck.check(members, null).problems().isEmpty()).isEqualTo(!collide);
        assertThat(generated(increment, offset).stream().anyMatch(generated(otherIncrement, otherOffset)::contains))
                .isEqualTo(collide);
    }

    private static List<Long> generated(long increment, long offset) {
        return java.util.stream.LongStream.iterate(offset, value -> value + increment)
                .limit(100)
                .boxed()
                .toList();
    }

    @Test
    void whenTheIncrementIsBelowTheNumberOfWritersShouldSaySoAlthoughOneIsNotKnown() {
        Result result = RingCheck.check(
                List.of(writer("db1", 1, 2, 1), writer("db2", 2, 2, 2), new Member("db3", null, List.of(), true)),
                null);

        assertThat(result.problems()).singleElement().asString().startsWith("db1 and db2 can generate");
        assertThat(result.unfitWriters()).containsOnlyKeys("db3");
        assertThat(result.unfitWriters().get("db3")).contains("not known");
    }

    @Test
    void whenTheServerIgnoresItsOffsetShouldSaySo() {
        Result result = RingCheck.check(List.of(writer("db1", 1, 2, 1), writer("db2", 2, 2, 4)), null);

        assertThat(result.problems())
                .containsExactly("auto_increment_offset 4 of db2 is above its auto_increment_increment 2, so that the"
                        + " server ignores it: set auto_increment_increment to at least 2 on each server, and"
                        + " auto_increment_offset to 1, 2 in turn");
        assertThat(result.unfitWriters()).containsOnlyKeys("db2");
    }

    @Test
    void whenOnlyOneTakesWritesShouldNotCompareItsValues() {
        Member replica = new Member("db2", new WriterSettings(2, 1, 1), List.of(), false);

        assertThat(RingCheck.check(List.of(writer("db1", 1, 1, 1), replica), null))
                .isEqualTo(Result.NOTHING);
    }

    @Test
    void whenWritersCollideShouldKeepTheIncumbent() {
        Result result = RingCheck.check(List.of(writer("db1", 1, 1, 1), writer("db2", 2, 1, 1)), "db2");

        assertThat(result.unfitWriters()).containsOnlyKeys("db1");
    }

    @Test
    void whenNothingIsKnownOfAnyServerShouldLetOneWrite() {
        Result result = RingCheck.check(
                List.of(new Member("db1", null, List.of(), true), new Member("db2", null, List.of(), true)), null);

        assertThat(result.unfitWriters()).containsOnlyKeys("db2");
    }

    // --- divergence

    @ParameterizedTest
    @CsvSource({"1062, a row with its key is there already", "1032, the row that it changes is not there"})
    void whenAnApplierStoppedAtARowShouldFindTheNodeDiverged(int code, String why) {
        Result result = RingCheck.check(List.of(stopped("db1", code), writer("db2", 2, 2, 2)), null);

        assertThat(result.diverged())
                .containsExactly(new Diverged(
                        "db1",
                        "10.0.0.9:3306",
                        code,
                        true,
                        "has diverged: it cannot apply a change from 10.0.0.9:3306 (error " + code + ", " + why
                                + "). Compare the two servers, correct the row on this one and start its replication"
                                + " again, or rebuild it from the other one"));
        assertThat(result.evictions()).containsOnlyKeys("db1");
        assertThat(result.unfitWriters()).containsOnlyKeys("db1");
    }

    @ParameterizedTest
    @CsvSource({"1064, false", "2003, false", "0, false", "1062, true", "1032, true"})
    void whenTheErrorIsAnotherOneOrTheApplierRunsShouldNotFindTheNodeDiverged(int code, boolean running) {
        Member db1 = new Member("db1", new WriterSettings(1, 2, 1), List.of(channel(code, running)), true);

        assertThat(RingCheck.check(List.of(db1, writer("db2", 2, 2, 2)), null)).isEqualTo(Result.NOTHING);
    }

    @Test
    void whenAllHaveDivergedShouldKeepTheIncumbentInUse() {
        Result result =
                RingCheck.check(List.of(stopped("db1", 1062), stopped("db2", 1062), stopped("db3", 1032)), "db2");

        assertThat(result.diverged()).extracting(Diverged::node).containsExactly("db1", "db2", "db3");
        assertThat(result.evictions()).containsOnlyKeys("db1", "db3");
        assertThat(result.unfitWriters()).containsOnlyKeys("db1", "db3");
    }

    @Test
    void whenAllHaveDivergedAndNoneWritesShouldKeepTheFirst() {
        Result result = RingCheck.check(List.of(stopped("db1", 1062), stopped("db2", 1062)), null);

        assertThat(result.evictions()).containsOnlyKeys("db2");
    }

    @Test
    void whenAReplicaHasDivergedShouldEvictItToo() {
        Member replica =
                new Member("db3", new WriterSettings(3, 1, 1), List.of(channel(0, true), channel(1032, false)), false);

        Result result = RingCheck.check(List.of(writer("db1", 1, 2, 1), writer("db2", 2, 2, 2), replica), "db1");

        assertThat(result.evictions()).containsOnlyKeys("db3");
    }

    private static Member writer(String name, long serverId, long increment, long offset) {
        return new Member(name, new WriterSettings(serverId, increment, offset), List.of(channel(0, true)), true);
    }

    private static Member stopped(String name, int code) {
        long number = Long.parseLong(name.substring(2));
        return new Member(name, new WriterSettings(number, 3, number), List.of(channel(code, false)), true);
    }

    private static ReplicationChannel channel(int code, boolean running) {
        @Nullable Duration behind = running ? Duration.ZERO : null;
        return new ReplicationChannel(
                "", "10.0.0.9", 3306, "9", null, Receiver.ON, running, behind, Duration.ZERO, code);
    }
}
