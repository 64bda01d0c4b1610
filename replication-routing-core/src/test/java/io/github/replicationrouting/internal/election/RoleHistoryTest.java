package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each probe is sent at a full second, and its answer arrives 10 ms later. */
class RoleHistoryTest {

    // Comparisons must survive the overflow of System.nanoTime().
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();

    private final Answers answers = new Answers();

    // --- promotions

    @Test
    void whenThereIsOneAnswerShouldBeUnchanged() {
        assertThat(answers.writable()).isEqualTo(UNCHANGED);
    }

    @Test
    void whenAnswersAreTheSameShouldBeUnchanged() {
        answers.readOnly(from("db1"));

        assertThat(answers.readOnly(from("db1"))).isEqualTo(UNCHANGED);
    }

    @Test
    void whenAReadOnlyServerBecomesWritableShouldBePromoted() {
        answers.readOnly();

        assertThat(answers.writable()).isEqualTo(roles(arrived(1), arrived(1), sent(0), null));
    }

    @Test
    void whenAPromotedServerStaysWritableShouldKeepTheTimeOfThePromotion() {
        answers.readOnly();
        answers.writable();

        assertThat(answers.writable().promotedAt()).isEqualTo(arrived(1));
    }

    @Test
    void whenAPromotedServerBecomesReadOnlyShouldEndThePromotion() {
        answers.readOnly();
        answers.writable();

        assertThat(answers.readOnly()).isEqualTo(roles(null, arrived(2), sent(1), null));
        assertThat(answers.writable().promotedAt()).isEqualTo(arrived(3));
    }

    @Test
    void whenAPromotedServerGoesOfflineShouldEndThePromotion() {
        answers.readOnly();
        answers.writable();

        assertThat(answers.answer(false, true, NO_SOURCE, ID, null).promotedAt())
                .isNull();
        assertThat(answers.writable().promotedAt()).isNull();
    }

    @Test
    void whenAnOfflineServerBecomesReadOnlyShouldBeUnchanged() {
        answers.answer(false, true, NO_SOURCE, ID, null);

        assertThat(answers.readOnly()).isEqualTo(UNCHANGED);
    }

    @Test
    void whenTheSourceOfAWritableServerIsRemovedShouldBePromoted() {
        answers.writable(from("db1"));

        assertThat(answers.writable()).isEqualTo(roles(arrived(1), arrived(1), sent(0), null));
    }

    @Test
    void whenTheSourceOfAReadOnlyServerIsRemovedShouldNotBePromotedYet() {
        answers.readOnly(from("db1"));
        assertThat(answers.readOnly()).isEqualTo(roles(null, arrived(1), sent(0), null));

        assertThat(answers.writable().promotedAt()).isEqualTo(arrived(2));
    }

    @Test
    void whenOneOfTwoSourcesIsRemovedShouldNotBePromoted() {
        answers.writable(from("db1"), from("db2"));

        assertThat(answers.writable(from("db2"))).isEqualTo(roles(null, arrived(1), sent(0), arrived(1)));
    }

    @Test
    void whenTheReceiverStopsShouldBeUnchanged() {
        answers.writable(from("db1"));

        assertThat(answers.writable(channel("db1", "1", Receiver.OFF))).isEqualTo(UNCHANGED);
    }

    @Test
    void whenAPromotedServerIsRepointedShouldEndThePromotion() {
        answers.readOnly(stopped("db1"));
        assertThat(answers.writable(stopped("db1")).promotedAt()).isEqualTo(arrived(1));

        assertThat(answers.writable(stopped("db3")).promotedAt()).isNull();
    }

    @Test
    void whenTheSourceOfAPromotedServerIsRemovedShouldUpdateTheTimeOfThePromotion() {
        answers.readOnly(stopped("db1"));
        answers.writable(stopped("db1"));

        assertThat(answers.writable().promotedAt()).isEqualTo(arrived(2));
    }

    @Test
    void whenAnAnswerDoesNotShowTheSourceShouldBeUnchanged() {
        answers.writable(from("db1"));
        assertThat(answers.answer(false, false, new Replication.NotAsked(), ID, null))
                .isEqualTo(UNCHANGED);

        assertThat(answers.writable()).isEqualTo(UNCHANGED);
    }

    @Test
    void whenTheGrantIsRevokedAndAddedAgainShouldBeUnchanged() {
        answers.writable(from("db1"));
        answers.answer(false, false, new Replication.NotPermitted("GRANT X"), ID, null);

        assertThat(answers.writable()).isEqualTo(UNCHANGED);
    }

    // --- receiving

    @Test
    void whenAPromotedServerStillReceivesAfterFiveSecondsShouldEndThePromotion() {
        answers.readOnly(from("db1"));
        answers.writable(from("db1"));
        for (int second = 2; second <= 6; second++) {
            assertThat(answers.writable(from("db1")).promotedAt())
                    .as("second " + second)
                    .isEqualTo(arrived(1));
        }

        assertThat(answers.writable(from("db1")).promotedAt()).isNull();
        assertThat(answers.writable(stopped("db1")).promotedAt()).isNull();
    }

    @Test
    void whenAProbeIsSentAfterTheFiveSecondsShouldEndThePromotion() {
        answers.readOnly(from("db1"));
        answers.writable(from("db1"));
        answers.pass(Duration.ofMillis(4_010));
        assertThat(answers.writable(from("db1")).promotedAt()).isEqualTo(arrived(1));

        answers.pass(Duration.ofNanos(1).minusSeconds(1));
        assertThat(answers.writable(from("db1")).promotedAt()).isNull();
    }

    @ParameterizedTest
    @EnumSource(
            value = Receiver.class,
            names = {"CONNECTING", "OFF"})
    void whenTheReceiverOfAPromotedServerIsNotConnectedShouldKeepThePromotion(Receiver receiver) {
        answers.readOnly(from("db1"));
        answers.writable(from("db1"));
        answers.pass(Duration.ofSeconds(60));

        assertThat(answers.writable(channel("db1", "1", receiver)).promotedAt()).isEqualTo(arrived(1));
    }

    // --- restarts

    @ParameterizedTest
    @CsvSource({
        "0, false",
        "1, false",
        "2, false",
        "3, true",
        "86400, true",
    })
    void whenAServerMayHaveRestartedSinceTheLastAnswerShouldNotBePromoted(int uptime, boolean sameRun) {
        answers.readOnly();

        RoleHistory roles = answers.answer(false, false, NO_SOURCE, ID, Duration.ofSeconds(uptime));

        assertThat(roles).isEqualTo(roles(sameRun ? arrived(1) : null, arrived(1), sent(0), null));
    }

    @Test
    void whenAServerMayHaveStartedAfterTheLastProbeShouldNotBePromoted() {
        answers.readOnly();
        answers.pass(Duration.ofMillis(990));

        RoleHistory roles = answers.answer(false, false, NO_SOURCE, ID, Duration.ofSeconds(3));
        assertThat(roles.promotedAt()).as("started at the question").isNotNull();

        answers.readOnly();
        answers.pass(Duration.ofMillis(990).plusNanos(1));
        roles = answers.answer(false, false, NO_SOURCE, ID, Duration.ofSeconds(3));
        assertThat(roles.promotedAt()).as("may have started after it").isNull();
    }

    /** Servers subtract two clock readings in whole seconds: 102.05 s less 100.9 s are 2 s, although 1.15 s have passed. */
    @Test
    void whenARestartedServerRoundsItsUptimeUpShouldNotBePromoted() {
        answers.pass(Duration.ofMillis(500));
        answers.readOnly();
        answers.pass(Duration.ofMillis(540));

        RoleHistory roles = answers.answer(false, false, NO_SOURCE, ID, Duration.ofSeconds(2));

        assertThat(roles.promotedAt()).isNull();
    }

    @Test
    void whenAPromotedServerRestartsShouldEndThePromotion() {
        answers.readOnly();
        answers.writable();

        assertThat(answers.answer(false, false, NO_SOURCE, ID, Duration.ZERO).promotedAt())
                .isNull();
    }

    @Test
    void whenTheSourceIsMissingAfterARestartShouldNotBePromoted() {
        answers.writable(from("db1"));

        assertThat(answers.answer(false, false, NO_SOURCE, ID, Duration.ZERO))
                .isEqualTo(roles(null, arrived(1), sent(0), null));
    }

    @Test
    void whenAnotherServerReplacesTheNodeShouldRecordAChangeButNoPromotion() {
        answers.readOnly();

        assertThat(answers.answer(false, false, NO_SOURCE, "9", null))
                .isEqualTo(roles(null, arrived(1), sent(0), null));
        assertThat(answers.answer(false, false, NO_SOURCE, ID, null)).isEqualTo(roles(null, arrived(2), sent(1), null));
    }

    @Test
    void whenAnotherServerReplacesAPromotedServerShouldEndThePromotion() {
        answers.readOnly();
        answers.writable();

        assertThat(answers.answer(false, false, NO_SOURCE, "9", null).promotedAt())
                .isNull();
    }

    // --- sources

    @Test
    void whenTheAddressOfTheSourceChangesShouldBeRepointed() {
        answers.readOnly(from("db1"));

        assertThat(answers.readOnly(from("db3"))).isEqualTo(roles(null, arrived(1), sent(0), arrived(1)));
    }

    @Test
    void whenThePortOfTheSourceChangesShouldBeRepointed() {
        answers.readOnly(channel("db1", 3306, "1", Receiver.ON));

        assertThat(answers.readOnly(channel("db1", 3307, "1", Receiver.ON)).repointedAt())
                .isEqualTo(arrived(1));
    }

    @Test
    void whenAnotherServerHasTheAddressOfTheSourceShouldBeRepointed() {
        answers.readOnly(channel("virtual", "1", Receiver.ON));

        assertThat(answers.readOnly(channel("virtual", "2", Receiver.ON)).repointedAt())
                .isEqualTo(arrived(1));
    }

    @Test
    void whenTheSourceIsReachedForTheFirstTimeShouldNotBeRepointed() {
        answers.readOnly(channel("db1", null, Receiver.CONNECTING));

        assertThat(answers.readOnly(from("db1"))).isEqualTo(UNCHANGED);
    }

    @Test
    void whenTheSourceIsNoLongerReachedShouldNotBeRepointed() {
        answers.readOnly(from("db1"));

        assertThat(answers.readOnly(channel("db1", null, Receiver.CONNECTING))).isEqualTo(UNCHANGED);
    }

    @Test
    void whenAFirstSourceIsAddedShouldBeRepointed() {
        answers.readOnly();

        assertThat(answers.readOnly(from("db1")).repointedAt()).isEqualTo(arrived(1));
    }

    @Test
    void whenTheSourceStaysTheSameShouldKeepTheTimeOfTheRepointing() {
        answers.readOnly(from("db1"));
        answers.readOnly(from("db3"));
        answers.readOnly(from("db3"));
        answers.writable(from("db3"));

        assertThat(answers.writable(from("db3")).repointedAt()).isEqualTo(arrived(1));
    }

    @Test
    void whenTheSourceIsRemovedShouldNoLongerBeRepointed() {
        answers.readOnly(from("db1"));
        answers.readOnly(from("db3"));

        assertThat(answers.readOnly().repointedAt()).isNull();
    }

    @Test
    void whenOnlyTheOrderOfSourcesChangesShouldBeUnchanged() {
        answers.readOnly(from("db1"), from("db2"));

        assertThat(answers.readOnly(from("db2"), from("db1"))).isEqualTo(UNCHANGED);
    }

    // --- writes

    @Test
    void whenAServerHasANewTransactionOfItsOwnShouldRecordAWrite() {
        answers.has("db1:1-10").writable();
        assertThat(answers.has("db1:1-11").writable().wroteAt())
                .as("of another server")
                .isNull();

        assertThat(answers.has("db1:1-11,db7:1").writable().wroteAt()).isEqualTo(arrived(2));
        assertThat(answers.writable().wroteAt()).isEqualTo(arrived(2));
        assertThat(answers.has("db1:1-11,db7:1-2").readOnly().wroteAt()).isEqualTo(arrived(4));
    }

    @Test
    void whenAServerHasANewTransactionAfterARestartShouldNotRecordAWrite() {
        answers.has("db1:1-10").writable();

        RoleHistory roles = answers.has("db1:1-10,db7:1").answer(false, false, NO_SOURCE, ID, Duration.ZERO);

        assertThat(roles.wroteAt()).isNull();
    }

    @Test
    void whenLaterAnswersArriveShouldKeepTheTimeOfTheFirstAnswer() {
        answers.writable();
        answers.readOnly(from("db1"));

        assertThat(answers.answer(false, false, NO_SOURCE, "9", Duration.ZERO).seenSince())
                .isEqualTo(arrived(0));
    }

    // --- changes

    @ParameterizedTest
    @CsvSource({
        "0, 2, true",
        "2, 3, true",
        "4, 5, false",
        "0, 1, false",
    })
    void whenTheLastChangeMayLieBetweenTwoTimesShouldReportAChange(int after, int before, boolean expected) {
        RoleHistory roles = new RoleHistory(null, START + 4, START + 1, null, null, null);

        assertThat(roles.hasChangedBetween(START + after, START + before)).isEqualTo(expected);
    }

    @Test
    void whenNoChangeWasSeenShouldReportNone() {
        assertThat(RoleHistory.NONE.hasChangedBetween(START, START + 9)).isFalse();
    }

    // --- helpers

    private static final String ID = uuid("7");
    private static final Replication NO_SOURCE = new Replication.Channels(List.of());

    private static final RoleHistory UNCHANGED = roles(null, null, null, null);

    private static RoleHistory roles(
            @Nullable Long promotedAt,
            @Nullable Long changedAt,
            @Nullable Long unchangedAt,
            @Nullable Long repointedAt) {
        return new RoleHistory(promotedAt, changedAt, unchangedAt, repointedAt, arrived(0), null);
    }

    private static String uuid(String number) {
        return "00000000-0000-0000-0000-00000000000" + number;
    }

    private static Long sent(int second) {
        return START + Duration.ofSeconds(second).toNanos();
    }

    private static Long arrived(int second) {
        return sent(second) + Duration.ofMillis(10).toNanos();
    }

    private static ReplicationChannel from(String host) {
        return channel(host, host.substring(2), Receiver.ON);
    }

    private static ReplicationChannel stopped(String host) {
        return channel(host, host.substring(2), Receiver.OFF);
    }

    private static ReplicationChannel channel(String host, @Nullable String id, Receiver receiver) {
        return channel(host, 3306, id, receiver);
    }

    private static ReplicationChannel channel(String host, int port, @Nullable String id, Receiver receiver) {
        return new ReplicationChannel("", host, port, id, null, receiver, true, Duration.ZERO, Duration.ZERO, 0);
    }

    /** The answers of one server, one each second. */
    private static final class Answers {

        private long now = START;
        private @Nullable Answer last;
        private RoleHistory roles = RoleHistory.NONE;
        private @Nullable GtidSet executed;

        void pass(Duration more) {
            now += more.toNanos();
        }

        /** Sets the transactions that the next answers show. */
        Answers has(String transactions) {
            executed = GtidSet.parse(transactions.replaceAll("db(\\d)", uuid("$1")));
            return this;
        }

        RoleHistory readOnly(ReplicationChannel... channels) {
            return answer(true, false, new Replication.Channels(Arrays.asList(channels)), ID, null);
        }

        RoleHistory writable(ReplicationChannel... channels) {
            return answer(false, false, new Replication.Channels(Arrays.asList(channels)), ID, null);
        }

        RoleHistory answer(
                boolean readOnly, boolean offline, Replication replication, String id, @Nullable Duration uptime) {
            Observation seen = new Observation("MySQL 9.7.4", id, readOnly, offline, executed, executed);
            Answer next = new Answer(
                    now,
                    now + Duration.ofMillis(10).toNanos(),
                    uptime == null ? seen : seen.withUptime(uptime),
                    replication,
                    true);
            roles = roles.after(last, next);
            last = next;
            pass(Duration.ofSeconds(1));
            return roles;
        }
    }
}
