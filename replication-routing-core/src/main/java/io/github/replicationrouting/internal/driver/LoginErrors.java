package io.github.replicationrouting.internal.driver;

import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLSyntaxErrorException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Removes account names and URLs from errors of connecting: servers quote the account, drivers the URL. Immutable. */
final class LoginErrors {

    private static final int MAX_LINKS = 16;
    private static final String ACCOUNT = Matcher.quoteReplacement("<account>");
    private static final Pattern QUOTED_ACCOUNT = Pattern.compile("'[^']*'@'[^']*'");
    private static final Pattern REST_OF_URL = Pattern.compile("(?s)(connection string near ).*");

    private final String url;
    private final String parameters;

    LoginErrors(String url) {
        this.url = url;
        int begin = url.indexOf('?');
        this.parameters = begin < 0 ? "" : url.substring(begin + 1);
    }

    /** Returns the error, or one that says the same without the secrets. */
    SQLException cleansed(SQLException error, @Nullable String user) {
        int links = 0;
        for (Throwable link = error; link != null && links < MAX_LINKS; link = link.getCause(), links++) {
            String message = link.getMessage();
            if (message != null && !message.equals(cleansed(message, user))) {
                return copy(error, cleansed(String.valueOf(error.getMessage()), user));
            }
        }
        return error;
    }

    private String cleansed(String message, @Nullable String user) {
        String text = message.replace(url, "<url>");
        text = parameters.isEmpty() ? text : text.replace(parameters, "<parameters>");
        text = REST_OF_URL.matcher(text).replaceAll("$1<url>");
        text = QUOTED_ACCOUNT.matcher(text).replaceAll(ACCOUNT);
        return user == null || user.isEmpty() ? text : withoutUser(text, user);
    }

    private static String withoutUser(String text, String user) {
        String quoted = Pattern.quote(user);
        return Pattern.compile("(?i)(\\buser )(?:'" + quoted + "'|" + quoted + "(?=\\s))")
                .matcher(text)
                .replaceAll("$1" + ACCOUNT);
    }

    /** Without the causes, which quote the same. */
    private static SQLException copy(SQLException error, String message) {
        String state = error.getSQLState();
        int code = error.getErrorCode();
        SQLException copy;
        if (error instanceof SQLInvalidAuthorizationSpecException) {
            copy = new SQLInvalidAuthorizationSpecException(message, state, code);
        } else if (error instanceof SQLNonTransientConnectionException) {
            copy = new SQLNonTransientConnectionException(message, state, code);
        } else if (error instanceof SQLSyntaxErrorException) {
            copy = new SQLSyntaxErrorException(message, state, code);
        } else {
            copy = new SQLException(message, state, code);
        }
        copy.setStackTrace(error.getStackTrace());
        return copy;
    }
}
