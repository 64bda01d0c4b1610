package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.ErrorKind;
import java.io.EOFException;
import java.net.SocketException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the errors that MySQL and MariaDB share, through either driver. Codes decide before SQLStates, because the
 * drivers give one error different states, and the same state (08S01) to a killed session and a dead server.
 */
final class ErrorClassifier {

    /** Pools and frameworks wrap an error a few times; beyond that the causes form a loop. */
    private static final int MAX_CAUSES = 32;

    /** ER_TRANSACTION_ROLLBACK_DURING_COMMIT. */
    private static final int ROLLBACK_DURING_COMMIT = 3101;

    /** HA_ERR_LOCK_DEADLOCK, quoted by another error. */
    private static final Pattern ENGINE_DEADLOCK = Pattern.compile("\\bgot error 149\\b");

    private ErrorClassifier() {}

    /** Returns the first kind other than {@code OTHER} along the causes and next exceptions. */
    static ErrorKind classify(SQLException error) {
        for (Throwable link : links(error)) {
            ErrorKind kind = kindOf(link);
            if (kind != ErrorKind.OTHER) {
                return kind;
            }
        }
        return ErrorKind.OTHER;
    }

    /** Returns whether the error is that of a transaction that lost a conflict in its replication group. */
    static boolean isConflictInGroup(SQLException error) {
        return links(error).stream()
                .anyMatch(link -> link instanceof SQLException sql && sql.getErrorCode() == ROLLBACK_DURING_COMMIT);
    }

    private static List<Throwable> links(SQLException error) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> links = new ArrayList<>();
        Deque<Throwable> open = new ArrayDeque<>();
        open.add(error);
        while (!open.isEmpty() && links.size() < MAX_CAUSES) {
            Throwable link = open.remove();
            if (seen.add(link)) {
                links.add(link);
                if (link instanceof SQLException sql) {
                    add(open, sql.getNextException());
                }
                add(open, link.getCause());
            }
        }
        return links;
    }

    private static void add(Deque<Throwable> open, @Nullable Throwable link) {
        if (link != null) {
            open.add(link);
        }
    }

    private static ErrorKind kindOf(Throwable link) {
        if (link instanceof SQLException error) {
            return single(error);
        }
        // Connector/J gives no state to a connection that is lost between two rows of a stream.
        return link instanceof EOFException || link instanceof SocketException
                ? ErrorKind.CONNECTION_LOST
                : ErrorKind.OTHER;
    }

    private static ErrorKind single(SQLException error) {
        String message = error.getMessage() == null ? "" : error.getMessage().toLowerCase(Locale.ROOT);
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        ErrorKind byCode = byCode(error.getErrorCode(), state, message);
        if (byCode != null) {
            return byCode;
        }
        if (state.equals("25006") || (state.equals("S1009") && mentionsReadOnly(message))) {
            return ErrorKind.READ_ONLY_TRANSACTION;
        }
        if (isUnknownLabel(error.getErrorCode(), state, message)) {
            return ErrorKind.SCHEMA;
        }
        if (state.startsWith("08")
                || error instanceof SQLNonTransientConnectionException
                || error instanceof SQLRecoverableException) {
            return ErrorKind.CONNECTION_LOST;
        }
        return ErrorKind.OTHER;
    }

    /** Returns whether a driver misses a column in the result of a {@code SELECT *}. */
    private static boolean isUnknownLabel(int code, String state, String message) {
        return code == 0 && (state.equals("S0022") || message.startsWith("unknown label '"));
    }

    /** Returns the kind by the code, with the state or message where the code has several meanings; or null. */
    private static @Nullable ErrorKind byCode(int code, String state, String message) {
        return switch (code) {
            // 1290 "running with the --read-only option" is also "running with the --secure-file-priv option".
            case 1290 -> mentionsReadOnly(message) ? ErrorKind.READ_ONLY_SERVER : ErrorKind.OTHER;
            case 1836 -> ErrorKind.READ_ONLY_SERVER; // ER_READ_ONLY_MODE
            case 1792 -> ErrorKind.READ_ONLY_TRANSACTION; // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
            case 1040, // ER_CON_COUNT_ERROR
                    1203, // ER_TOO_MANY_USER_CONNECTIONS
                    1226 -> // ER_USER_LIMIT_REACHED
                ErrorKind.OVERLOAD;
            case 1053, // ER_SERVER_SHUTDOWN
                    1129, // ER_HOST_IS_BLOCKED
                    3032, // ER_SERVER_OFFLINE_MODE
                    3168, // ER_SERVER_ISNT_AVAILABLE
                    3169, // ER_SESSION_WAS_KILLED
                    3796, // the group could not give the consistency asked for
                    3797,
                    3798,
                    3799 -> ErrorKind.NODE_UNFIT;
            case 149, // HA_ERR_LOCK_DEADLOCK: the storage engine's own number
                    1020, // ER_CHECKREAD: since its snapshot the row was changed (MariaDB's innodb_snapshot_isolation)
                    1206, // ER_LOCK_TABLE_FULL
                    1213 -> // ER_LOCK_DEADLOCK, and a failed certification of Galera
                ErrorKind.ROLLED_BACK;
            case ROLLBACK_DURING_COMMIT -> ErrorKind.COMMIT_REFUSED;
            // ER_LOCK_WAIT_TIMEOUT rolls back one statement only. 41000 is a driver's state for a deadlock.
            case 1205 -> state.equals("41000") ? ErrorKind.ROLLED_BACK : ErrorKind.OTHER;
            case 0, // none
                    1030, // ER_GET_ERRNO
                    1180 -> // ER_ERROR_DURING_COMMIT
                engineError(code, message);
            // ER_UNKNOWN_COM_ERROR: a Galera node that is not ready executes neither statements nor COMMIT.
            case 1047 -> message.contains("wsrep") ? ErrorKind.NOT_IN_GROUP : ErrorKind.NODE_UNFIT;
            case 3100 -> hookError(message); // ER_RUN_HOOK_ERROR
            case 1927, // ER_CONNECTION_KILLED
                    2006, // CR_SERVER_GONE_ERROR
                    2013, // CR_SERVER_LOST
                    4031 -> // ER_CLIENT_INTERACTION_TIMEOUT
                ErrorKind.CONNECTION_LOST;
            case 1044, // ER_DBACCESS_DENIED_ERROR
                    1049, // ER_BAD_DB_ERROR
                    1016, // ER_CANT_OPEN_FILE
                    1017, // ER_FILE_NOT_FOUND
                    1033, // ER_NOT_FORM_FILE
                    1034, // ER_NOT_KEYFILE
                    1052, // ER_NON_UNIQ_ERROR, as where a column was added
                    1054, // ER_BAD_FIELD_ERROR
                    1109, // ER_UNKNOWN_TABLE
                    1128, // ER_FUNCTION_NOT_DEFINED
                    1142, // ER_TABLEACCESS_DENIED_ERROR
                    1143, // ER_COLUMNACCESS_DENIED_ERROR
                    1146, // ER_NO_SUCH_TABLE
                    1176, // ER_KEY_DOES_NOT_EXITS
                    1191, // ER_FT_MATCHING_KEY_NOT_FOUND
                    1194, // ER_CRASHED_ON_USAGE
                    1195, // ER_CRASHED_ON_REPAIR
                    1267, // ER_CANT_AGGREGATE_2COLLATIONS
                    1271, // ER_CANT_AGGREGATE_NCOLLATIONS
                    1273, // ER_UNKNOWN_COLLATION
                    1305, // ER_SP_DOES_NOT_EXIST
                    1318, // ER_SP_WRONG_NO_OF_ARGS
                    1356, // ER_VIEW_INVALID
                    1370, // ER_PROCACCESS_DENIED_ERROR
                    1449, // ER_NO_SUCH_USER, the definer of a view or routine
                    1630, // ER_FUNC_INEXISTENT_NAME_COLLISION
                    1712, // ER_INDEX_CORRUPT
                    1812, // ER_TABLESPACE_MISSING
                    1814, // ER_TABLESPACE_DISCARDED
                    1932 -> // ER_NO_SUCH_TABLE_IN_ENGINE
                ErrorKind.SCHEMA;
            default -> null;
        };
    }

    /**
     * Returns the kind of an error that quotes one of the storage engine or of Galera's provider, or null. 149 is a lost
     * conflict; a provider that has lost its cluster does not know what became of a write set that it has sent.
     */
    private static @Nullable ErrorKind engineError(int code, String message) {
        if (ENGINE_DEADLOCK.matcher(message).find()) {
            return ErrorKind.ROLLED_BACK;
        }
        if (code == 0) {
            return null;
        }
        boolean ofProvider = message.contains("provider status") || message.contains("primary component");
        return code == 1180 && ofProvider ? ErrorKind.COMMIT_IN_DOUBT : ErrorKind.OTHER;
    }

    /**
     * Before a statement Group Replication has executed nothing. A COMMIT that it refuses may have waited for the group
     * until then; an error after one says nothing about the commit itself.
     */
    private static ErrorKind hookError(String message) {
        if (message.contains("'before_dml'") || message.contains("'begin'")) {
            return ErrorKind.NOT_IN_GROUP;
        }
        return message.contains("'before_") ? ErrorKind.COMMIT_REFUSED : ErrorKind.COMMIT_IN_DOUBT;
    }

    private static boolean mentionsReadOnly(String message) {
        return message.contains("read-only") || message.contains("read_only");
    }
}
