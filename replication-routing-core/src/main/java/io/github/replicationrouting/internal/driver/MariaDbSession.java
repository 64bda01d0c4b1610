package io.github.replicationrouting.internal.driver;

import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.client.Context;
import org.mariadb.jdbc.export.HaMode;
import org.mariadb.jdbc.util.constants.Capabilities;
import org.mariadb.jdbc.util.constants.ServerStatus;
import org.springframework.util.ClassUtils;

/**
 * MariaDB's driver goes by the server's status flags, and sends no commit where they show no transaction; they do not
 * while rows are still being read, so that commit and rollback are sent as SQL then.
 */
final class MariaDbSession implements DriverSession {

    private static final boolean PRESENT =
            ClassUtils.isPresent("org.mariadb.jdbc.Connection", MariaDbSession.class.getClassLoader());

    private static final String MARIADB_VARIABLE = "last_gtid";

    private final Connection connection;
    private final Context context;
    private final @Nullable SessionTrackingReader reports;

    private MariaDbSession(Connection connection, Context context, @Nullable SessionTrackingReader reports) {
        this.connection = connection;
        this.context = context;
        this.reports = reports;
    }

    static boolean isDriver(Driver driver) {
        return PRESENT && driver instanceof org.mariadb.jdbc.Driver;
    }

    static @Nullable DriverSession ifSupported(Connection connection, PhysicalLink wire) {
        return PRESENT && connection instanceof org.mariadb.jdbc.Connection mariaDb
                ? new MariaDbSession(connection, mariaDb.getContext(), wire.reports())
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
    public void set(SessionSettings.Change change, ReplicationDialect dialect) throws SQLException {
        DriverSession.execute(connection, dialect.setStatement(change));
    }

    @Override
    public void commit() throws SQLException {
        if (inTransaction()) {
            connection.commit();
        } else {
            DriverSession.execute(connection, "COMMIT");
        }
    }

    @Override
    public void rollback() throws SQLException {
        if (inTransaction()) {
            connection.rollback();
        } else {
            DriverSession.execute(connection, "ROLLBACK");
        }
    }

    /**
     * Returns the driver has the server report, and drops what it says; it is read off the socket. Not when the driver may change
     * the socket behind its connection, or leaves answers without a report.
     */
    @Override
    public boolean canTrackCommits() {
        return reports != null
                && context.getConf().haMode() == HaMode.NONE
                && context.hasClientCapability(Capabilities.CLIENT_SESSION_TRACK)
                && context.hasClientCapability(Capabilities.CLIENT_DEPRECATE_EOF);
    }

    /** Returns whether reports are heard is seen from the answer: encrypted or compressed, it says nothing. */
    @Override
    public boolean trackCommits(String statement, Consumer<String> onCommit) throws SQLException {
        SessionTrackingReader heard = Objects.requireNonNull(reports);
        heard.listen((type, name, value) -> {
            if (type == SessionTrackingReader.Type.GTID || name.equals(MARIADB_VARIABLE)) {
                if (!value.isEmpty()) {
                    onCommit.accept(value);
                }
            }
        });
        DriverSession.execute(connection, statement);
        DriverSession.execute(connection, "SET SESSION time_zone=@@session.time_zone");
        if (!heard.areHeard()) {
            heard.ignore();
        }
        return heard.areHeard();
    }
}
