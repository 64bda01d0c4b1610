package io.github.replicationrouting.connection.logical;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;

/** Metadata that leads back to the logical connection. Rarely used, so a proxy made at run time will do. */
final class LogicalMetaData {

    private LogicalMetaData() {}

    static DatabaseMetaData over(DatabaseMetaData delegate, LogicalConnection connection, Lease lease) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                DatabaseMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> {
                    if (method.getReturnType() == Connection.class) {
                        return connection;
                    }
                    try {
                        return method.invoke(delegate, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof SQLException error
                                ? connection.failed(lease, error)
                                : e.getCause();
                    }
                });
    }
}
