package io.github.replicationrouting.internal.connection.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.SQLExceptionOverride.Override;
import io.github.replicationrouting.internal.dialect.Dialects;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DeferredEvictionTest {

    private final SQLException shutdown = new SQLException("Server shutdown in progress", "08S01", 1053);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 08S01 | Communications link failure | DO_NOT_EVICT",
                "0 | 08003 | Can't call rollback when autocommit=true | CONTINUE_EVICT",
                "1290 | HY000 | running with the --super-read-only option | CONTINUE_EVICT",
                "1836 | HY000 | Running in read-only mode | CONTINUE_EVICT",
                "1047 | 08S01 | WSREP has not yet prepared node | DO_NOT_EVICT",
                "1053 | 08S01 | Server shutdown in progress | DO_NOT_EVICT",
                "3032 | HY000 | The server is currently in offline mode | DO_NOT_EVICT",
                "4031 | HY000 | The client was disconnected by the server | DO_NOT_EVICT",
                "1290 | HY000 | running with the --secure-file-priv option | CONTINUE_EVICT",
                "1792 | 25006 | Cannot execute statement in a READ ONLY transaction | CONTINUE_EVICT",
                "1213 | 40001 | Deadlock found | CONTINUE_EVICT",
                "1062 | 23000 | Duplicate entry | CONTINUE_EVICT",
                "0 |  | without any state | CONTINUE_EVICT",
            })
    void whenAConnectionIsLostShouldDeferItsEviction(
            int code, @Nullable String state, String message, Override expected) {
        assertThat(deferred(null).adjudicate(new SQLException(message, state, code)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = Override.class,
            names = {"DO_NOT_EVICT", "MUST_EVICT"})
    void whenTheApplicationDecidesShouldKeepItsDecision(Override decision) {
        assertThat(deferred(always(decision)).adjudicate(shutdown)).isEqualTo(decision);
        assertThat(deferred(always(decision)).adjudicate(new SQLException("anything")))
                .isEqualTo(decision);
    }

    @Test
    void whenTheApplicationDoesNotDecideShouldDeferTheEviction() {
        assertThat(deferred(new SQLExceptionOverride() {}).adjudicate(shutdown)).isEqualTo(Override.DO_NOT_EVICT);
    }

    private static SQLExceptionOverride always(Override decision) {
        return new SQLExceptionOverride() {
            @java.lang.Override
            public Override adjudicate(SQLException error) {
                return decision;
            }
        };
    }

    private static DeferredEviction deferred(@Nullable SQLExceptionOverride own) {
        return new DeferredEviction(own, Dialects.standard().named("mysql")::classify);
    }
}
