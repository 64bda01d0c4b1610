package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.ServerRefusal;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a probe failed. What the server reported is read by its dialect; what the network and TLS reported,
 * here.
 *
 * @param kind what it says about the node
 * @param reason the reason as text; never what a driver or server reported, which may quote accounts, addresses,
 *     statements or data
 * @param ofAccount whether another account may be let in
 */
public record ProbeFailure(Kind kind, String reason, boolean ofAccount) {

    public enum Kind {
        /** No answer came within the timeout. */
        UNANSWERED("unanswered"),
        /** The node was not reached, or the connection was lost. */
        UNREACHABLE("unreachable"),
        /** The server answers, and has no connection left. */
        OVERLOADED("overloaded"),
        /**
         * The server answers, and refuses for a reason that does not pass by itself; probing often could lock the
         * account.
         */
        MISCONFIGURED("misconfigured");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** Returns the label used in metrics. */
        public String label() {
            return label;
        }
    }

    private static final int MAX_CAUSES = 16;

    public ProbeFailure(Kind kind, String reason) {
        this(kind, reason, kind == Kind.MISCONFIGURED);
    }

    public static ProbeFailure unanswered(Duration timeout) {
        return new ProbeFailure(Kind.UNANSWERED, "no answer within " + DurationFormat.of(timeout));
    }

    public static ProbeFailure misconfigured(String reason) {
        return new ProbeFailure(Kind.MISCONFIGURED, reason);
    }

    /** Returns why the probe of a server failed whose dialect is not known yet. */
    public static ProbeFailure of(Throwable failure, Duration timeout) {
        return of(failure, timeout, null);
    }

    /** @param dialect dialect of the server; null where it is not known yet */
    public static ProbeFailure of(Throwable failure, Duration timeout, @Nullable ReplicationDialect dialect) {
        Function<SQLException, @Nullable ServerRefusal> refusals =
                dialect == null ? Dialects.standard()::refusal : dialect::refusal;
        int causes = 0;
        for (Throwable cause = failure; cause != null && causes < MAX_CAUSES; cause = cause.getCause(), causes++) {
            ProbeFailure known =
                    cause instanceof SQLException sql ? ofServer(sql, refusals) : ofNetwork(cause, timeout);
            if (known != null) {
                return known;
            }
        }
        return unreachable(
                failure instanceof SQLException sql
                        ? codeOf(sql)
                        : "the probe failed: " + failure.getClass().getSimpleName());
    }

    private static String codeOf(SQLException error) {
        String code =
                error.getErrorCode() > 0 ? "error " + error.getErrorCode() : "the driver failed without an error code";
        return error.getSQLState() == null ? code : code + ", SQLState " + error.getSQLState();
    }

    /** Returns whether the server answers, and refuses the account: which says nothing about the node. */
    public boolean isRefusal() {
        return kind == Kind.MISCONFIGURED || kind == Kind.OVERLOADED;
    }

    private static @Nullable ProbeFailure ofServer(
            SQLException error, Function<SQLException, @Nullable ServerRefusal> dialect) {
        ServerRefusal refusal = dialect.apply(error);
        if (refusal != null) {
            return switch (refusal.kind()) {
                case GOING_DOWN -> unreachable(refusal.reason());
                case OVERLOADED -> new ProbeFailure(Kind.OVERLOADED, refusal.reason());
                case ACCOUNT_LIMIT -> new ProbeFailure(Kind.OVERLOADED, refusal.reason(), true);
                case MISCONFIGURED -> misconfigured(refusal.reason());
            };
        }
        String message = lower(error.getMessage());
        if (message.equals("there are no credentials to log in with")) {
            return misconfigured("the credentials provider fails");
        }
        if (message.contains("self-signed certificate") || message.contains("self signed certificate")) {
            return untrusted();
        }
        return isLoginRefused(error) ? misconfigured("the login is refused: " + codeOf(error)) : null;
    }

    /** Whatever the code: authentication plugins and proxies have codes of their own. */
    private static boolean isLoginRefused(SQLException error) {
        return error.getSQLState() != null && error.getSQLState().startsWith("28");
    }

    private static @Nullable ProbeFailure ofNetwork(Throwable cause, Duration timeout) {
        String message = lower(cause.getMessage());
        if (cause instanceof SocketTimeoutException || message.contains("timed out")) {
            return unanswered(timeout);
        }
        if (cause instanceof UnknownHostException) {
            return unreachable("unknown host");
        }
        if (cause instanceof NoRouteToHostException) {
            return unreachable("no route to host");
        }
        if (cause instanceof ConnectException) {
            return unreachable(message.contains("refused") ? "connection refused" : "cannot connect");
        }
        if (cause instanceof EOFException || message.contains("connection reset") || message.contains("broken pipe")) {
            return unreachable("connection lost");
        }
        return ofTls(cause);
    }

    /** Only what the handshake itself reported; the cause reports a connection that is lost during it. */
    private static @Nullable ProbeFailure ofTls(Throwable cause) {
        if (cause instanceof CertificateExpiredException) {
            return misconfigured("the server's certificate has expired");
        }
        if (cause instanceof SSLPeerUnverifiedException) {
            return misconfigured("the server's certificate is not for this host name");
        }
        boolean certificate = cause instanceof CertificateException || cause instanceof CertPathValidatorException;
        if (certificate && cause.getCause() == null) {
            return untrusted();
        }
        if (cause instanceof SSLException && isOfHandshake(cause.getCause())) {
            return cause.getCause() == null
                    ? misconfigured("no TLS connection: check sslMode, and the versions and ciphers of TLS")
                    : null;
        }
        return null;
    }

    private static boolean isOfHandshake(@Nullable Throwable cause) {
        return !(cause instanceof EOFException || cause instanceof SocketException);
    }

    private static ProbeFailure untrusted() {
        return misconfigured(
                "the server's certificate is not trusted: give the driver the CA in the URL, or check sslMode");
    }

    private static String lower(@Nullable String message) {
        return message == null ? "" : message.toLowerCase(Locale.ROOT);
    }

    private static ProbeFailure unreachable(String reason) {
        return new ProbeFailure(Kind.UNREACHABLE, reason);
    }
}
