package io.github.replicationrouting.internal.connection.logical;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Metadata that outlives transactions, as its logical connection does: each call goes to the current pooled connection,
 * or to one that is borrowed for it. Rarely used, so a proxy created at run time is fast enough.
 */
final class LogicalMetaData {

    private LogicalMetaData() {}

    static DatabaseMetaData of(LogicalConnection connection) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                DatabaseMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return ofObject(proxy, method, arguments);
                    }
                    return switch (method.getName()) {
                        case "getConnection" -> connection.connectionOfMetaData();
                        case "getURL" -> connection.metadata().url();
                        case "unwrap" -> unwrap(proxy, connection, method, arguments);
                        default ->
                            method.getReturnType() == ResultSet.class
                                    ? rows(connection, method, arguments)
                                    : connection
                                            .ask(target -> answer(target, method, arguments))
                                            .orElse(null);
                    };
                });
    }

    /** A driver's own metadata lead to its connection, which is therefore kept. */
    private static @Nullable Object unwrap(
            Object proxy, LogicalConnection connection, Method method, @Nullable Object[] arguments)
            throws SQLException {
        return arguments[0] instanceof Class<?> type && type.isInstance(proxy)
                ? proxy
                : connection
                        .inTransaction(target -> answer(target, method, arguments))
                        .orElse(null);
    }

    private static ResultSet rows(LogicalConnection connection, Method method, @Nullable Object[] arguments)
            throws SQLException {
        Lease lease = connection.metadata().leaseForRows();
        boolean borrowed = connection.leases().current() != lease;
        ResultSet rows = null;
        try {
            rows = connection.failures().onConnection(lease, target ->
                    (ResultSet) answer(target, method, arguments).orElseThrow());
            return new LogicalMetaDataRows(rows, connection, lease, borrowed);
        } finally {
            if (rows == null && borrowed) {
                lease.statementClosed();
            }
        }
    }

    private static Optional<Object> answer(Connection target, Method method, @Nullable Object[] arguments)
            throws SQLException {
        try {
            return Optional.ofNullable(method.invoke(target.getMetaData(), arguments));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e.getCause() instanceof SQLException failure ? failure : new SQLException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object ofObject(Object proxy, Method method, @Nullable Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "metadata of a logical connection";
        };
    }
}
