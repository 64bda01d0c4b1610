package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.ServerRefusal;
import io.github.replicationrouting.spi.ServerRefusal.Kind;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads why MySQL or MariaDB, or a driver of theirs, refuses a connection. */
final class RefusalClassifier {

    private RefusalClassifier() {}

    static @Nullable ServerRefusal classify(SQLException error) {
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
            case 3159 -> requiresTls();
            case 1040 -> new ServerRefusal(Kind.OVERLOADED, "too many connections");
            case 1203, // ER_TOO_MANY_USER_CONNECTIONS
                    1226 -> // ER_USER_LIMIT_REACHED
                new ServerRefusal(Kind.ACCOUNT_LIMIT, "too many connections of the monitor's user");
            case 1053 -> new ServerRefusal(Kind.GOING_DOWN, "shutting down");
            case 3032 -> new ServerRefusal(Kind.GOING_DOWN, "offline_mode is on");
            default -> ofMessage(error);
        };
    }

    /** The drivers' own refusals carry no code. */
    private static @Nullable ServerRefusal ofMessage(SQLException error) {
        String message = error.getMessage() == null ? "" : error.getMessage().toLowerCase(Locale.ROOT);
        if (message.contains("public key retrieval is not allowed")) {
            return misconfigured("the server's public key may not be asked for: use TLS, or set"
                    + " allowPublicKeyRetrieval=true in the URL");
        }
        if (message.contains("insecure transport")) {
            return requiresTls();
        }
        if (message.contains("ssl not enabled in the server")
                || message.contains("ssl connection required, but not provided")) {
            return misconfigured("the URL requires TLS, which the server does not offer");
        }
        return null;
    }

    private static ServerRefusal requiresTls() {
        return misconfigured(
                "the server accepts connections with TLS only (require_secure_transport): set sslMode in the URL");
    }

    private static ServerRefusal misconfigured(String reason) {
        return new ServerRefusal(Kind.MISCONFIGURED, reason);
    }
}
