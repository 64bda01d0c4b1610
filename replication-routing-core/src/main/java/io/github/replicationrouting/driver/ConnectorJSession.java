package io.github.replicationrouting.driver;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.protocol.ServerSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** MySQL Connector/J keeps a mark of its own for auto-commit, which must follow when SQL changes it. */
final class ConnectorJSession implements DriverSession {

    private static final boolean PRESENT =
            ClassUtils.isPresent("com.mysql.cj.MysqlConnection", ConnectorJSession.class.getClassLoader());
    private static final int STATUS_AUTOCOMMIT = 2;

    private final Connection connection;
    private final ServerSession server;

    private ConnectorJSession(Connection connection, ServerSession server) {
        this.connection = connection;
        this.server = server;
    }

    static @Nullable DriverSession ifSupported(Connection connection) {
        return PRESENT && connection instanceof MysqlConnection mysql
                ? new ConnectorJSession(connection, mysql.getSession().getServerSession())
                : null;
    }

    @Override
    public boolean inTransaction() {
        return server.inTransactionOnServer();
    }

    @Override
    public Boolean serverAutoCommit() {
        return (server.getStatusFlags() & STATUS_AUTOCOMMIT) != 0;
    }

    @Override
    public void set(List<String> assignments, @Nullable Boolean autoCommit) throws SQLException {
        SetStatement.execute(connection, assignments, autoCommit);
        if (autoCommit != null) {
            server.setAutoCommit(autoCommit);
        }
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
