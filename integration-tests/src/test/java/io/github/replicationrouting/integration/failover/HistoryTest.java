package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.failover.History.Write;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker detects the violations that it exists for. */
class HistoryTest {

    private final History history = new History();
    private final Map<String, Integer> rows = new HashMap<>();
    private final Map<Integer, Integer> counters = new HashMap<>();

    @Test
    void whenAnAcknowledgedWriteIsStoredThereShouldBeNoViolation() {
        write(1, Outcome.ACKNOWLEDGED, "db1", true);
        write(2, Outcome.FAILED, "db1", false);
        write(3, Outcome.UNKNOWN, "db1", true);
        write(4, Outcome.UNKNOWN, "db1", false);
        write(5, Outcome.ACKNOWLEDGED, "db2", true);

        assertThat(history.violations(rows, counters, false)).isEmpty();
    }

    @Test
    void whenAnAcknowledgedWriteIsLostItShouldBeFound() {
        write(1, Outcome.ACKNOWLEDGED, "db1", false);

        assertThat(history.violations(rows, counters, false))
                .containsExactly("0/1 was acknowledged by db1, and is lost");
        assertThat(history.lost(rows)).extracting(Write::number).containsExactly(1);
    }

    @Test
    void whenAWriteIsStoredTwiceItShouldBeFound() {
        write(1, Outcome.ACKNOWLEDGED, "db1", true);
        rows.put("0/1", 2);
        counters.put(0, 2);

        assertThat(history.violations(rows, counters, true)).containsExactly("0/1 is there 2 times");
    }

    @Test
    void whenAFailedWriteIsStoredItShouldBeFound() {
        write(1, Outcome.FAILED, "db1", true);

        assertThat(history.violations(rows, counters, true)).containsExactly("0/1 failed, and is there");
    }

    @Test
    void whenAnUnknownRowIsStoredItShouldBeFound() {
        rows.put("7/7", 1);

        assertThat(history.violations(rows, counters, true)).containsExactly("7/7 was never written");
    }

    @Test
    void whenHalfATransactionIsStoredItShouldBeFound() {
        write(1, Outcome.ACKNOWLEDGED, "db1", true);
        counters.put(0, 0);

        assertThat(history.violations(rows, counters, true))
                .containsExactly("writer 0 has 1 rows, and its counter is 0");
    }

    @Test
    void whenAServerDiedOnlyItsLastWritesShouldBeAllowedToBeLost() {
        write(1, Outcome.ACKNOWLEDGED, "db1", true);
        write(2, Outcome.ACKNOWLEDGED, "db1", false);
        write(3, Outcome.ACKNOWLEDGED, "db1", false);
        write(4, Outcome.ACKNOWLEDGED, "db2", true);
        assertThat(history.violations(rows, counters, true)).isEmpty();

        write(5, Outcome.ACKNOWLEDGED, "db2", false);
        write(6, Outcome.ACKNOWLEDGED, "db2", true);
        assertThat(history.violations(rows, counters, true))
                .containsExactly("0/5 is lost, although 0/6, which db2 acknowledged later, is there");
    }

    private void write(int number, Outcome outcome, String server, boolean there) {
        history.add(new Write(0, number, outcome, server));
        if (there) {
            rows.put("0/" + number, 1);
            counters.merge(0, 1, Integer::sum);
        }
    }
}
