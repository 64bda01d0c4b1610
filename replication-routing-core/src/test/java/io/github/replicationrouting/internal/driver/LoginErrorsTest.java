package io.github.replicationrouting.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginErrorsTest {

    private static final LoginErrors ERRORS = new LoginErrors("jdbc:mysql://db1/shop?password=marker");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "Access denied for user 'shop'@'10.0.0.5' (using password: YES) | Access denied for user <account> (using password: YES)",
                "(conn=7) Access denied for user 'shop'@'%' to database 'x'     | (conn=7) Access denied for user <account> to database 'x'",
                "User 'shop' has exceeded the 'max_user_connections' resource   | User <account> has exceeded the 'max_user_connections' resource",
                "User shop already has more than 'max_user_connections'         | User <account> already has more than 'max_user_connections'",
            })
    void whenAMessageQuotesTheAccountShouldRemoveIt(String message, String expected) {
        SQLException shown = ERRORS.redacted(new SQLException(message, "28000", 1045), "shop");
        assertThat((Throwable) shown).hasMessage(expected);
        assertThat(shown.getErrorCode()).isEqualTo(1045);
        assertThat(shown.getSQLState()).isEqualTo("28000");
    }

    @Test
    void whenACauseQuotesTheAccountShouldRemoveItAndKeepTheType() {
        SQLException cause = new SQLInvalidAuthorizationSpecException("for user 'shop'@'%'", "28000", 1045);
        SQLException error = new SQLNonTransientConnectionException("Could not connect", "08000", 0, cause);
        assertThat((Throwable) ERRORS.redacted(error, null))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasNoCause()
                .hasMessage("Could not connect");
        assertThat((Throwable) ERRORS.redacted(cause, null))
                .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                .hasMessage("for user <account>");
    }

    @Test
    void whenAnErrorQuotesNothingShouldReturnIt() {
        SQLException error = new SQLException("Connection refused by host of the users", "08S01", 0);
        assertThat((Throwable) ERRORS.redacted(error, "shop")).isSameAs(error);
        assertThat((Throwable) ERRORS.redacted(error, "")).isSameAs(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cannot parse jdbc:mysql://db1/shop?password=marker | cannot parse <url>",
                "unknown parameter in password=marker               | unknown parameter in <parameters>",
                "failed to parse the connection string near ?passwo | failed to parse the connection string near <url>",
            })
    void whenAMessageQuotesTheUrlShouldRemoveIt(String message, String expected) {
        assertThat((Throwable) ERRORS.redacted(new SQLException(message), "shop"))
                .hasMessage(expected);
    }
}
