package io.github.replicationrouting.internal.driver;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.jdbc.NonRegisteringDriver;
import com.mysql.cj.protocol.ServerSession;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** MySQL Connector/J keeps a mark of its own for auto-commit, which must follow when SQL changes it. */
final class ConnectorJSession implements DriverSession {

    private static final boolean PRESENT =
            ClassUtils.isPresent("com.mysql.cj.MysqlConnection", ConnectorJSession.class.getClassLoader());
    private static final int STATUS_IN_TRANSACTION = 1;
    private static final int STATUS_AUTOCOMMIT = 2;

    private final Connection connection;
    private final ServerSession server;
    private final boolean closesOnTimeout;

    /** Kept here because the driver holds its listeners weakly. */
    private @Nullable ConnectorJSessionListener commits;

    private ConnectorJSession(Connection connection, MysqlConnection mysql) {
        this.connection = connection;
        this.server = mysql.getSession().getServerSession();
        this.closesOnTimeout = mysql.getPropertySet()
                .getBooleanProperty(PropertyKey.queryTimeoutKillsConnection)
                .getValue();
    }

    static boolean isDriver(Driver driver) {
        return PRESENT && driver instanceof NonRegisteringDriver;
    }

    static @Nullable DriverSession ifSupported(Connection connection) {
        return PRESENT && connection instanceof MysqlConnection mysql ? new ConnectorJSession(connection, mysql) : null;
    }

    @Override
    public boolean inTransaction() {
        return server.inTransactionOnServer();
    }

    @Override
    public @Nullable Boolean serverAutoCommit() {
        return hasForgottenStatus() ? null : (Boolean) ((server.getStatusFlags() & STATUS_AUTOCOMMIT) != 0);
    }

    /** It clears the flags before each command; an error and a ping leave them so, but for an open transaction. */
    @Override
    public boolean hasForgottenStatus() {
        return (server.getStatusFlags() & ~STATUS_IN_TRANSACTION) == 0;
    }

    @Override
    public void set(SessionSettings.Change change, ReplicationDialect dialect) throws SQLException {
        DriverSession.execute(connection, dialect.setStatement(change));
        if (change.autoCommit() != null) {
            server.setAutoCommit(change.autoCommit());
        }
    }

    @Override
    public boolean closesOnTimeout() {
        return closesOnTimeout;
    }

    @Override
    public boolean canTrackCommits() {
        return server.isSessionStateTrackingEnabled();
    }

    @Override
    public boolean trackCommits(String statement, Consumer<String> onCommit) throws SQLException {
        DriverSession.execute(connection, statement);
        commits = new ConnectorJSessionListener(onCommit);
        server.getServerSessionStateController().addSessionStateChangesListener(commits);
        return true;
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }
}
