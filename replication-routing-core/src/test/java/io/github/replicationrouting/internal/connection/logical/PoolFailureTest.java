package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolFailureTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 08S01 | Communications link failure | true",
                "-1 | 08000 | Socket fail to connect | true",
                "1053 | 08S01 | Server shutdown in progress | true",
                "3032 | HY000 | The server is currently in offline mode | true",
                "1040 | 08004 | Too many connections | false",
                "1045 | 28000 | Access denied | false",
                "1129 | HY000 | Host is blocked | false",
                "1049 | 42000 | Unknown database | false",
                "0 | HY000 | without a state of a connection | false",
                "0 |  | without any state | false",
            })
    void whenTheCauseIsTheNetworkOrAShutdownShouldBeUnreachable(
            int code, @Nullable String state, String message, boolean unreachable) {
        SQLException cause = new SQLException(message, state, code);

        assertThat(PoolFailure.isUnreachable(ofPool(cause))).isEqualTo(unreachable);
        assertThat(PoolFailure.isUnreachable(ofPool(new SQLException("wrapped", cause))))
                .isEqualTo(unreachable);
        assertThat(PoolFailure.isExhausted(ofPool(cause))).isFalse();
    }

    @Test
    void whenThereIsNoCauseShouldBeExhaustedAndNotUnreachable() {
        SQLException exhausted = ofPool(null);

        assertThat(PoolFailure.isExhausted(exhausted)).isTrue();
        assertThat(PoolFailure.isUnreachable(exhausted)).isFalse();
    }

    @Test
    void whenTheCauseIsNotOfADatabaseShouldNotBeUnreachable() {
        assertThat(PoolFailure.isUnreachable(ofPool(new ConnectException("refused"))))
                .isFalse();
    }

    private static SQLException ofPool(@Nullable Throwable cause) {
        return new SQLTransientConnectionException("Node db1: no connection available after 5 ms", "08001", cause);
    }
}
