package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.internal.time.DurationFormat;
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
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Why a probe failed.
 *
 * @param kind what it says of the node
 * @param reason in words; never what a driver or server said, which may quote accounts, addresses, statements or data
 */
public record ProbeFailure(Kind kind, String reason) {

    public enum Kind {
        /** Nothing was heard within the time limit. */
        UNANSWERED("unanswered"),
        /** Not reached, or lost. */
        UNREACHABLE("unreachable"),
        /** Alive, but without room for one more connection. */
        OVERLOADED("overloaded"),
        /** Alive, but refused for a reason that does not pass by itself; asking often could lock the account. */
        MISCONFIGURED("misconfigured");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** The word in metrics. */
        public String label() {
            return label;
        }
    }

    private static final int MAX_LINKS = 16;
    private static final String USED_UP = "too many connections of the monitor's user";

    public static ProbeFailure unanswered(Duration timeout) {
        return new ProbeFailure(Kind.UNANSWERED, "no answer within " + DurationFormat.of(timeout));
    }

    public static ProbeFailure misconfigured(String reason) {
        return new ProbeFailure(Kind.MISCONFIGURED, reason);
    }

    public static ProbeFailure of(Throwable failure, Duration timeout) {
        int links = 0;
        for (Throwable link = failure; link != null && links < MAX_LINKS; link = link.getCause(), links++) {
            ProbeFailure known = link instanceof SQLException sql ? ofServer(sql) : ofNetwork(link, timeout);
            if (known != null) {
                return known;
            }
        }
        return unreachable(failure instanceof SQLException sql ? words(sql) : failed(failure));
    }

    private static String words(SQLException error) {
        String code = error.getErrorCode() > 0 ? "error " + error.getErrorCode() : "the driver found no connection";
        return error.getSQLState() == null ? code : code + ", SQLState " + error.getSQLState();
    }

    private static String failed(Throwable failure) {
        return "the probe failed: " + failure.getClass().getSimpleName();
    }

    /** Whether the server answers and lets the account not in, or not see enough: which says nothing of the node. */
    public boolean isRefusal() {
        return kind == Kind.MISCONFIGURED || kind == Kind.OVERLOADED;
    }

    /** Whether another account may be let in. */
    public boolean isOfAccount() {
        return kind == Kind.MISCONFIGURED || reason.equals(USED_UP);
    }

    private static @Nullable ProbeFailure ofServer(SQLException error) {
        return switch (error.getErrorCode()) {
            case 1045, // ER_ACCESS_DENIED_ERROR
                    1698 -> // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
                misconfigured("access denied for the monitor's user: check replication.routing.username/password"
                        + " or monitor.username, and whether the account requires TLS");
            case 1044 -> misconfigured("access denied to the database for the monitor's user");
            case 1049 -> misconfigured("unknown database");
            case 1130 -> misconfigured("the server does not accept connections from this host");
            case 1129 -> misconfigured("the server has blocked this host after many connection errors");
            case 1142, // ER_TABLEACCESS_DENIED_ERROR
                    1143, // ER_COLUMNACCESS_DENIED_ERROR
                    1227, // ER_SPECIFIC_ACCESS_DENIED_ERROR
                    1370 -> // ER_PROCACCESS_DENIED_ERROR
                misconfigured("the monitor's user lacks a privilege for what a probe asks");
            case 1251, // ER_NOT_SUPPORTED_AUTH_MODE
                    1524 -> // ER_PLUGIN_IS_NOT_LOADED
                misconfigured("the authentication plugin of the monitor's user is not supported");
            case 1820, // ER_MUST_CHANGE_PASSWORD
                    1862 -> // ER_MUST_CHANGE_PASSWORD_LOGIN
                misconfigured("the password of the monitor's user has expired");
            case 3118, // ER_ACCOUNT_HAS_BEEN_LOCKED
                    4151 -> // the same on MariaDB
                misconfigured("the monitor's account is locked");
            case 4150 -> // ER_USER_IS_BLOCKED, on MariaDB
                misconfigured("the monitor's account is blocked after too many wrong passwords (max_password_errors)");
            case 3955 -> misconfigured("the monitor's account is locked for now, after too many wrong passwords");
            case 3159 -> withoutTls();
            case 1040 -> new ProbeFailure(Kind.OVERLOADED, "too many connections");
            case 1203, // ER_TOO_MANY_USER_CONNECTIONS
                    1226 -> // ER_USER_LIMIT_REACHED
                new ProbeFailure(Kind.OVERLOADED, USED_UP);
            case 1053 -> unreachable("shutting down");
            case 3032 -> unreachable("offline_mode is on");
            default -> ofMessage(error);
        };
    }

    /** The drivers' own refusals carry no code. */
    private static @Nullable ProbeFailure ofMessage(SQLException error) {
        String message = lower(error.getMessage());
        if (message.equals("there are no credentials to log in with")) {
            return misconfigured("the credentials provider fails");
        }
        if (message.contains("public key retrieval is not allowed")) {
            return misconfigured("the server's public key may not be asked for: use TLS, or set"
                    + " allowPublicKeyRetrieval=true in the URL");
        }
        if (message.contains("insecure transport")) {
            return withoutTls();
        }
        if (message.contains("ssl not enabled in the server")
                || message.contains("ssl connection required, but not provided")) {
            return misconfigured("the URL requires TLS, which the server does not offer");
        }
        return message.contains("self-signed certificate") || message.contains("self signed certificate")
                ? untrusted()
                : isRefusedLogin(error) ? misconfigured("the login is refused: " + words(error)) : null;
    }

    /** Whatever the code: plugins and proxies have codes of their own. */
    private static boolean isRefusedLogin(SQLException error) {
        return error.getSQLState() != null && error.getSQLState().startsWith("28");
    }

    private static ProbeFailure withoutTls() {
        return misconfigured(
                "the server accepts connections with TLS only (require_secure_transport): set sslMode in the" + " URL");
    }

    private static @Nullable ProbeFailure ofNetwork(Throwable link, Duration timeout) {
        String message = lower(link.getMessage());
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
        return ofTls(link);
    }

    /** Only what the handshake itself found; a connection that is lost in it is told by its cause. */
    private static @Nullable ProbeFailure ofTls(Throwable link) {
        if (link instanceof CertificateExpiredException) {
            return misconfigured("the server's certificate has expired");
        }
        if (link instanceof SSLPeerUnverifiedException) {
            return misconfigured("the server's certificate is not for this host name");
        }
        boolean certificate = link instanceof CertificateException || link instanceof CertPathValidatorException;
        if (certificate && link.getCause() == null) {
            return untrusted();
        }
        if (link instanceof SSLException && isOfTheHandshake(link.getCause())) {
            return link.getCause() == null
                    ? misconfigured("no TLS connection: check sslMode, and the versions and ciphers of TLS")
                    : null;
        }
        return null;
    }

    private static boolean isOfTheHandshake(@Nullable Throwable cause) {
        return !(cause instanceof EOFException || cause instanceof SocketException);
    }

    private static ProbeFailure untrusted() {
        return misconfigured(
                "the server's certificate is not trusted: give the driver the CA in the URL, or check" + " sslMode");
    }

    private static String lower(@Nullable String message) {
        return message == null ? "" : message.toLowerCase(Locale.ROOT);
    }

    private static ProbeFailure unreachable(String reason) {
        return new ProbeFailure(Kind.UNREACHABLE, reason);
    }
}
