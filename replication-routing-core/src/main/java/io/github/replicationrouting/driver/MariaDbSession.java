package io.github.replicationrouting.driver;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.client.Context;
import org.mariadb.jdbc.util.constants.ServerStatus;
import org.springframework.util.ClassUtils;

/**
 * MariaDB's driver goes by the server's status flags, and sends no commit where they show no transaction; they do not
 * while rows are still being read, so that commit and rollback are sent as SQL then.
 */
final class MariaDbSession implements DriverSession {

    private static final boolean PRESENT =
            ClassUtils.isPresent("org.mariadb.jdbc.Connection", MariaDbSession.class.getClassLoader());

    private final Connection connection;
    private final Context context;

    private MariaDbSession(Connection connection, Context context) {
        this.connection = connection;
        this.context = context;
    }

    static boolean isDriver(Driver driver) {
        return PRESENT && driver instanceof org.mariadb.jdbc.Driver;
    }

    static @Nullable DriverSession ifSupported(Connection connection) {
        return PRESENT && connection instanceof org.mariadb.jdbc.Connection mariaDb
                ? new MariaDbSession(connection, mariaDb.getContext())
                : null;
    }

    @Override
    public boolean inTransaction() {
        return (context.getServerStatus() & ServerStatus.IN_TRANSACTION) != 0;
    }

    @Override
    public Boolean serverAutoCommit() {
        return (context.getServerStatus() & ServerStatus.AUTOCOMMIT) != 0;
    }

    @Override
    public boolean hasForgottenStatus() {
        return false;
    }

    @Override
    public void set(List<String> assignments, @Nullable Boolean autoCommit) throws SQLException {
        SetStatement.execute(connection, assignments, autoCommit);
    }

    @Override
    public void commit() throws SQLException {
        if (inTransaction()) {
            connection.commit();
        } else {
            SetStatement.execute(connection, "COMMIT");
        }
    }

    @Override
    public void rollback() throws SQLException {
        if (inTransaction()) {
            connection.rollback();
        } else {
            SetStatement.execute(connection, "ROLLBACK");
        }
    }
}
