package io.github.replicationrouting.connection.logical;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Metadata that outlives transactions, as its logical connection does: each question goes to the pooled connection of its
 * moment. Rarely used, so a proxy made at run time will do.
 */
final class LogicalMetaData {

    private LogicalMetaData() {}

    static DatabaseMetaData of(LogicalConnection connection) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                DatabaseMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> {
                    if (method.getReturnType() == Connection.class) {
                        return connection;
                    }
                    return method.getDeclaringClass() == Object.class
                            ? ofObject(proxy, method, arguments)
                            : ask(connection, method, arguments);
                });
    }

    private static @Nullable Object ask(LogicalConnection connection, Method method, @Nullable Object[] arguments)
            throws Throwable {
        Lease lease = connection.leaseForMetaData();
        try {
            return method.invoke(lease.connection().getMetaData(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof SQLException error ? connection.failed(lease, error) : e.getCause();
        } catch (SQLException e) {
            throw connection.failed(lease, e);
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
