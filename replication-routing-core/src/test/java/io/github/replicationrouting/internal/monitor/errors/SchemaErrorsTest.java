package io.github.replicationrouting.internal.monitor.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.errors.SchemaErrors.SchemaError;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaErrorsTest {

    private final Node primary = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/shop"));
    private final Node db2 = new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop"));
    private final Node db3 = new Node(NodeSpec.of("db3", "jdbc:mysql://db3/shop"));

    private final List<String> results = new ArrayList<>();
    private long now = Duration.ofHours(1).toNanos();

    private final SchemaErrors errors =
            new SchemaErrors(() -> now, node -> node == primary, new SchemaErrors.Results() {
                @Override
                public void differs(Node node, SchemaError error, long until, boolean isNews) {
                    results.add(node + " differs for "
                            + Duration.ofNanos(until - now).toSeconds() + " s" + (isNews ? ", first" : ""));
                }

                @Override
                public void isNoDifference(Node node, SchemaError error) {
                    results.add(node + " is as the others");
                }
            });

    @Test
    void whenReplicasFailAndThePrimaryDoesNotShouldReturnTheReplicas() {
        assertThat(nodesWithItem(db2)).containsExactly(db2);
        assertThat(nodesWithItem(db3)).containsExactlyInAnyOrder(db2, db3);
        assertThat(nodesWithItem(db2)).containsExactlyInAnyOrder(db2, db3);
        assertThat(results).isEmpty();
    }

    @Test
    void whenThePrimaryFailsAsWellShouldReturnNoNode() {
        assertThat(fails(db2)).isTrue();
        assertThat(fails(primary)).isFalse();
        for (int i = 0; i < 50; i++) {
            assertThat(fails(db2)).isFalse();
            assertThat(fails(db3)).isFalse();
        }
        assertThat(results).isEmpty();
    }

    @Test
    void whenOneNodeAloneFailsShouldReportADifferenceForLongerEachTime() {
        List<String> expected = new ArrayList<>();
        fails(db2);
        fails(db2);
        assertThat(results).isEmpty();
        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            fails(db2);
            expected.add("db2 differs for " + seconds + " s" + (seconds == 5 ? ", first" : ""));
            assertThat(results).isEqualTo(expected);
            fails(db2);
            assertThat(results).as("work that had begun before").isEqualTo(expected);
            now += Duration.ofSeconds(seconds).toNanos();
        }
    }

    @Test
    void whenAnotherNodeFailsLaterShouldRevokeTheDifference() {
        for (int i = 0; i < 3; i++) {
            fails(db2);
        }
        fails(db3);
        fails(db3);
        assertThat(results).containsExactly("db2 differs for 5 s, first", "db2 is as the others");
    }

    @Test
    void whenAnErrorHasExpiredShouldStartAfresh() {
        fails(primary);
        assertThat(fails(db2)).isFalse();
        now += Duration.ofMinutes(11).toNanos();
        assertThat(fails(db2)).isTrue();
    }

    @Test
    void whenTheMessageQuotesTheAccountShouldTreatItAsTheSameErrorOnEachNode() {
        assertThat(errors.nodesWith(primary, denied("10.0.0.1"))).isEmpty();
        assertThat(errors.nodesWith(db2, denied("10.0.0.2"))).isEmpty();
        assertThat(SchemaError.of(denied("10.0.0.1")).message())
                .isEqualTo("SELECT command denied to user <account> for table 'stock'");
    }

    /** Drivers that are configured to dump queries add them, with their values, on separate lines. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Table 'shop.stock' doesn't exist\n\nQuery being executed when exception was thrown:\n\nSELECT 'secret'",
                "(conn=7) Table 'shop.stock' doesn't exist\nQuery is: SELECT 'secret'",
            })
    void whenTheDriverDumpsTheQueryShouldOmitIt(String message) {
        assertThat(SchemaError.of(new SQLException(message, "42S02", 1146)).message())
                .isEqualTo("Table 'shop.stock' doesn't exist");
    }

    @Test
    void whenTheMessageIsLongOrHasControlCharactersShouldShortenAndCleanIt() {
        SQLException error = new SQLException("Unknown column '" + "x".repeat(1_000) + "\u001b' in 'SELECT'", "", 1054);
        assertThat(SchemaError.of(error).message()).hasSizeLessThan(300).startsWith("Unknown column 'xxx");
        assertThat(SchemaError.of(new SQLException("Unknown column '\u001b[31m'", "", 1054))
                        .message())
                .doesNotContain("\u001b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "(conn=7) Unknown column 'item' in 'SELECT' | (conn=12) Unknown column 'item' in 'field list'",
                "Table 'shop.stock' doesn't exist           | (conn=1) Table 'shop.stock' doesn't exist",
                "PROCEDURE shop.p does not exist            | PROCEDURE shop.p does not exist",
            })
    void whenDriversAndVersionsReportAnErrorDifferentlyShouldTreatItAsTheSameError(String one, String other) {
        assertThat(errors.nodesWith(primary, new SQLException(one, "42S22", 1054)))
                .isEmpty();
        assertThat(errors.nodesWith(db2, new SQLException(other, "42S22", 1054)))
                .isEmpty();
        assertThat(errors.nodesWith(db2, new SQLException("Unknown column 'other' in 'SELECT'", "42S22", 1054)))
                .isNotEmpty();
    }

    /** A statement that is built from user input causes a new error each time. */
    @Test
    void whenTooManyErrorsAreKnownShouldIgnoreFurtherErrors() {
        int attributed = 0;
        for (int i = 0; i < 1_000; i++) {
            attributed += errors.nodesWith(db2, new SQLException("Unknown column 'c" + i + "'", "42S22", 1054))
                    .size();
        }
        assertThat(attributed).isEqualTo(100);
        now += Duration.ofMinutes(11).toNanos();
        assertThat(fails(db2)).isTrue();
    }

    private boolean fails(Node node) {
        return !nodesWithItem(node).isEmpty();
    }

    private Set<Node> nodesWithItem(Node node) {
        return errors.nodesWith(node, new SQLException("Unknown column 'item' in 'SELECT'", "42S22", 1054));
    }

    private static SQLException denied(String host) {
        return new SQLException("SELECT command denied to user 'shop'@'" + host + "' for table 'stock'", "42000", 1142);
    }
}
