package io.github.replicationrouting.monitor;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a probe failed.
 *
 * @param kind what it says of the node
 * @param reason in words; never what a driver or server said, which may quote addresses, statements or data
 */
record ProbeFailure(Kind kind, String reason) {

    enum Kind {
        /** Nothing was heard within the time limit. */
        UNANSWERED("unanswered"),
        /** Not reached, or lost. */
        UNREACHABLE("unreachable"),
        /** Alive, but without room for one more connection. */
        OVERLOADED("overloaded"),
        /** Refused for a reason that does not pass by itself; asking often could lock the account. */
        MISCONFIGURED("misconfigured");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** The word in metrics. */
        String label() {
            return label;
        }
    }

    private static final int MOST_LINKS = 16;

    static ProbeFailure unanswered(Duration timeout) {
        return new ProbeFailure(Kind.UNANSWERED, "no answer within " + Words.of(timeout));
    }

    static ProbeFailure misconfigured(String reason) {
        return new ProbeFailure(Kind.MISCONFIGURED, reason);
    }

    static ProbeFailure of(Throwable failure, Duration timeout) {
        int links = 0;
        for (Throwable link = failure; link != null && links < MOST_LINKS; link = link.getCause(), links++) {
            ProbeFailure known = link instanceof SQLException sql ? ofServer(sql) : ofNetwork(link, timeout);
            if (known != null) {
                return known;
            }
        }
        return unreachable(
                failure instanceof SQLException sql
                        ? "error " + sql.getErrorCode() + ", SQLState " + sql.getSQLState()
                        : "the probe failed: " + failure.getClass().getSimpleName());
    }

    private static @Nullable ProbeFailure ofServer(SQLException error) {
        return switch (error.getErrorCode()) {
            case 1045 ->
                misconfigured("access denied for the monitor's user: check replication.routing.username/password"
                        + " or monitor.username");
            case 1044 -> misconfigured("access denied to the database for the monitor's user");
            case 1049 -> misconfigured("unknown database");
            case 1130 -> misconfigured("the server does not accept connections from this host");
            case 1129 -> misconfigured("the server has blocked this host after many connection errors");
            case 1040, 1203, 1226 -> new ProbeFailure(Kind.OVERLOADED, "too many connections");
            case 1053 -> unreachable("shutting down");
            case 3032 -> unreachable("offline_mode is on");
            default -> ofMessage(error.getMessage());
        };
    }

    /** Connector/J's own refusal carries no code. */
    private static @Nullable ProbeFailure ofMessage(@Nullable String message) {
        if (message == null || !message.toLowerCase(Locale.ROOT).contains("public key retrieval is not allowed")) {
            return null;
        }
        return misconfigured("the server's public key may not be asked for: use TLS, or set"
                + " allowPublicKeyRetrieval=true in the URL");
    }

    private static @Nullable ProbeFailure ofNetwork(Throwable link, Duration timeout) {
        String message = link.getMessage() == null ? "" : link.getMessage().toLowerCase(Locale.ROOT);
        if (link instanceof SocketTimeoutException || message.contains("timed out")) {
            return unanswered(timeout);
        }
        if (link instanceof UnknownHostException) {
            return unreachable("unknown host");
        }
        if (link instanceof NoRouteToHostException) {
            return unreachable("no route to host");
        }
        if (link instanceof ConnectException) {
            return unreachable(message.contains("refused") ? "connection refused" : "cannot connect");
        }
        if (link instanceof EOFException || message.contains("connection reset") || message.contains("broken pipe")) {
            return unreachable("connection lost");
        }
        return null;
    }

    private static ProbeFailure unreachable(String reason) {
        return new ProbeFailure(Kind.UNREACHABLE, reason);
    }
}
