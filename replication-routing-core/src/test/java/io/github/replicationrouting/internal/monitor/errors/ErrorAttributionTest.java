package io.github.replicationrouting.internal.monitor.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.dialect.MySqlDialect;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;

class ErrorAttributionTest {

    @Test
    void whenAConnectionIsLostShouldAttributeItToTheNode() {
        assertThat(accuses(new SQLException("Communications link failure", "08S01", 0)))
                .isTrue();
        assertThat(accuses(new SQLException("Server shutdown in progress", "08S01", 1053)))
                .isTrue();
        assertThat(accuses(pool(new SQLException("Connection refused", "08000", 0))))
                .isTrue();
    }

    @Test
    void whenNoConnectionCanBeOpenedShouldAttributeItToTheNodeWhateverTheReason() {
        assertThat(accuses(pool(new SQLException("Access denied", "28000", 1045))))
                .isTrue();
        assertThat(accuses(new IllegalStateException("a driver that is broken")))
                .isTrue();
    }

    @Test
    void whenTheServerOrThePoolIsOverloadedShouldNotAttributeItToTheNode() {
        assertThat(accuses(new SQLException("Too many connections", "08004", 1040)))
                .isFalse();
        assertThat(accuses(pool(new SQLException("Too many connections", "08004", 1040))))
                .isFalse();
        assertThat(accuses(new SQLTransientConnectionException("Connection is not available, request timed out")))
                .isFalse();
    }

    @Test
    void whenAnErrorConcernsTheRoleOrTheTransactionShouldNotAttributeItToTheNode() {
        assertThat(accuses(new SQLException("running with the --read-only option", "HY000", 1290)))
                .isFalse();
        assertThat(accuses(new SQLException("Deadlock found", "40001", 1213))).isFalse();
    }

    @Test
    void whenCausesFormACycleShouldStillAttributeTheError() {
        SQLException one = new SQLException("one", "08S01", 0);
        one.initCause(new SQLException("two", "HY000", 0, one));
        assertThat(accuses(one)).isTrue();
    }

    private static SQLException pool(SQLException cause) {
        return new SQLTransientConnectionException("Connection is not available", "08001", cause);
    }

    private static boolean accuses(Exception cause) {
        return ErrorAttribution.accuses(cause, new MySqlDialect()::classify);
    }
}
