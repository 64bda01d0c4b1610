package io.github.replicationrouting.internal.connection.physical;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;

/** Metadata whose calls count as calls to the server. Rarely used, so a proxy created at run time is fast enough. */
final class PhysicalMetaData {

    private PhysicalMetaData() {}

    static DatabaseMetaData over(DatabaseMetaData delegate, PhysicalConnection connection) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                DatabaseMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection")) {
                        return connection;
                    }
                    if (method.getReturnType() == java.sql.ResultSet.class) {
                        connection.beforeServerCall();
                    }
                    try {
                        return method.invoke(delegate, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
