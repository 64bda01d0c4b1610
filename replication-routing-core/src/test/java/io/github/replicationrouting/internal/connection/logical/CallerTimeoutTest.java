package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.junit.jupiter.api.Test;

class CallerTimeoutTest {

    @Test
    void whenTheSocketTimesOutShouldBeMetOnlyIfTheCallerSetATimeout() {
        SQLException error = loss(new SocketTimeoutException("Read timed out"));

        assertThat(CallerTimeout.isMet(error, true)).isTrue();
        assertThat(CallerTimeout.isMet(error, false)).isFalse();
    }

    @Test
    void whenInterruptedShouldBeMet() {
        assertThat(CallerTimeout.isMet(loss(new SocketException("Closed by interrupt")), false))
                .isTrue();
        assertThat(CallerTimeout.isMet(loss(new ClosedByInterruptException()), false))
                .isTrue();
    }

    @Test
    void whenTheConnectionIsLostOtherwiseShouldNotBeMet() {
        assertThat(CallerTimeout.isMet(loss(new SocketException("Connection reset")), true))
                .isFalse();
        assertThat(CallerTimeout.isMet(new SQLException("no cause", "08S01"), true))
                .isFalse();
    }

    @Test
    void whenCausesAreCyclicShouldNotBeMet() {
        SQLException first = new SQLException("first");
        SQLException second = new SQLException("second", first);
        first.initCause(second);

        assertThat(CallerTimeout.isMet(first, true)).isFalse();
    }

    private static SQLException loss(IOException cause) {
        return new SQLNonTransientConnectionException("lost", "08000", new IOException("driver", cause));
    }
}
