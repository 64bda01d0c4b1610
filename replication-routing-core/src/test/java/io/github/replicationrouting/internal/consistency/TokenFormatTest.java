package io.github.replicationrouting.internal.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFormatTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final long RESOLUTION = Duration.ofMillis(250).toNanos();

    /** A multiple of the resolution, in the past because times in the future are limited. */
    private final long past = Math.floorDiv(System.nanoTime(), RESOLUTION) * RESOLUTION - 10 * RESOLUTION;

    @Test
    void whenWrittenAndReadShouldHaveTheSameRequirements() {
        Position commit = GtidSet.parse(UUID + ":5");
        ReadRequirement before =
                reading(ReadRequirement.NONE.committed(commit, past).committed(past + 7), "db2", past);

        ReadRequirement after = roundTrip(before);

        assertThat(after.commits()).isEqualTo(commit);
        assertThat(after.commitsAt()).isEqualTo(past);
        assertThat(after.hasUntracked()).isTrue();
        assertThat(after.untrackedAt()).isEqualTo(past + 7);
        assertThat(after.reads().byNode()).containsExactly(new ObservedRead("db2", past, null));
    }

    @Test
    void whenARequirementHasOnePartShouldReadNoOther() {
        assertThat(roundTrip(ReadRequirement.NONE.committed(past)).commits()).isNull();
        assertThat(roundTrip(ReadRequirement.NONE.committed(past)).reads().isEmpty())
                .isTrue();
        assertThat(roundTrip(ReadRequirement.NONE.committed(GtidSet.parse(UUID + ":5"), past))
                        .hasUntracked())
                .isFalse();
    }

    /** The position has no meaning for the reader, and the time of the commit is still there. */
    @Test
    void whenACommitIsAPositionInABinaryLogShouldWriteItsTime() {
        ReadRequirement after =
                roundTrip(ReadRequirement.NONE.committed(BinlogPosition.of(UUID, "binlog.000001", 157), past));

        assertThat(after.commits()).isNull();
        assertThat(after.hasUntracked()).isTrue();
        assertThat(after.untrackedAt()).isEqualTo(past);
    }

    @Test
    void whenReadsFollowEachOtherCloselyShouldWriteTheSameToken() {
        assertThat(seenAt(past + 1)).isEqualTo(seenAt(past + RESOLUTION)).isNotEqualTo(seenAt(past + RESOLUTION + 1));
        assertThat(readAt(past)).isEqualTo(past);
        assertThat(readAt(past + 1)).as("never too early").isEqualTo(past + RESOLUTION);
    }

    @Test
    void whenReadsWereOnSeveralNodesShouldKeepThemApart() {
        ReadRequirement read = reading(reading(ReadRequirement.NONE, "db2", past), "db3", past + RESOLUTION);

        assertThat(roundTrip(read).reads().byNode())
                .containsExactlyInAnyOrder(
                        new ObservedRead("db2", past, null), new ObservedRead("db3", past + RESOLUTION, null));
    }

    /** A token must not present a commit as done while the server may still execute it. */
    @Test
    void whenTheOutcomeOfACommitIsUnknownShouldWriteTheLatestTimeOfTheCommit() {
        long lostAt = System.nanoTime();

        ReadRequirement after = roundTrip(ReadRequirement.NONE.commitOutcomeUnknown(lostAt));

        assertThat(after.untrackedAt()).isEqualTo(lostAt + ReadRequirement.MAX_COMMIT);
        String foreign = base64("1\nrouter test\ndoubt cafe." + Long.toHexString(lostAt + ReadRequirement.MAX_COMMIT));
        assertThat(Objects.requireNonNull(TokenFormat.read(foreign).get("test")).untrackedAt() - lostAt)
                .isGreaterThanOrEqualTo(ReadRequirement.MAX_COMMIT);
    }

    @Test
    void whenNothingIsRequiredShouldBeEmpty() {
        assertThat(TokenFormat.write(Map.of("a", ReadRequirement.NONE))).isEmpty();
        assertThat(TokenFormat.read("")).isEmpty();
    }

    @Test
    void whenSeveralRoutersRequireSomethingShouldKeepThemApart() {
        Map<String, ReadRequirement> read = TokenFormat.read(TokenFormat.write(
                Map.of("a", ReadRequirement.NONE.committed(past), "b c", ReadRequirement.NONE.committed(past + 1))));

        assertThat(read).containsOnlyKeys("a", "b c");
        assertThat(Objects.requireNonNull(read.get("a")).untrackedAt()).isEqualTo(past);
        assertThat(Objects.requireNonNull(read.get("b c")).untrackedAt()).isEqualTo(past + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2\nrouter a\nat feed.1",
                "1\nrouter",
                "1\nat feed.1",
                "1\nrouter a\nat feed",
                "1\nrouter a\nat .1",
                "1\nrouter a\nat feed.xyz",
                "1\nrouter a\nseen db2",
                "1\nrouter a\nmysql x@feed.1",
                "1\nrouter a\nmariadb x@feed.1",
                "1\nrouter a\nother x@feed.1"
            })
    void whenAPartIsMalformedShouldRejectTheToken(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> TokenFormat.read(base64(text)));
    }

    @Test
    void whenATokenIsLongShouldRejectItAboveTheLimit() {
        String longest = base64("1\nrouter " + "x".repeat(6_135));
        assertThat(longest).hasSize(8_192);

        assertThat(TokenFormat.read(longest)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFormat.read(longest + "A"))
                .withMessageContaining("longer than 8192 characters");
    }

    private static ReadRequirement roundTrip(ReadRequirement requirement) {
        return Objects.requireNonNull(
                TokenFormat.read(TokenFormat.write(Map.of("test", requirement))).get("test"));
    }

    private static String seenAt(long at) {
        return TokenFormat.write(Map.of("test", reading(ReadRequirement.NONE, "db2", at)));
    }

    private static long readAt(long at) {
        return Objects.requireNonNull(roundTrip(reading(ReadRequirement.NONE, "db2", at))
                        .reads()
                        .on("db2"))
                .at();
    }

    private static ReadRequirement reading(ReadRequirement before, String node, long at) {
        return before.reading(reads -> reads.with(new ObservedRead(node, at, null), other -> false, 0));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
