package io.github.replicationrouting.test.internal.sql;

import com.mysql.cj.jdbc.Driver;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/**
 * What all MySQL clusters have in common.
 */
abstract class MySqlServerSql implements ServerSql {

    private final Driver driver;

    private final Account administrator;

    MySqlServerSql(Account administrator) {
        this.administrator = administrator;
        try {
            this.driver = new Driver();
        } catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public Connection connect(InetSocketAddress address, String database, Properties properties) throws SQLException {
        Connection connection =
                driver.connect(connectorJUrl(address.getHostString(), address.getPort(), database), properties);
        if (connection == null) {
            throw new SQLException("Connector/J does not accept its own URL");
        }
        return connection;
    }

    // Without TLS, whose handshake is slow, the server's authentication needs its public key.
    @Override
    public String connectorJUrl(String host, int port, String database) {
        return "jdbc:mysql://%s:%d/%s?sslMode=DISABLED&allowPublicKeyRetrieval=true".formatted(host, port, database);
    }

    @Override
    public String mariaDbUrl(String host, int port, String database) {
        return "jdbc:mariadb://%s:%d/%s?allowPublicKeyRetrieval=true".formatted(host, port, database);
    }

    @Override
    public Account administrator() {
        return administrator;
    }

    @Override
    public List<String> createUsers(Account application, Account monitor, Account replication, String database) {
        return List.of(
                create(application),
                create(monitor),
                create(replication),
                "GRANT ALL ON `%s`.* TO '%s'@'%%'".formatted(database, application.name()),
                "GRANT REPLICATION SLAVE ON *.* TO '%s'@'%%'".formatted(replication.name()));
    }

    private static String create(Account account) {
        return "CREATE USER '%s'@'%%' IDENTIFIED BY '%s'".formatted(account.name(), account.password());
    }

    @Override
    public List<String> grantMonitoring(String user) {
        return List.of("GRANT REPLICATION CLIENT ON *.* TO '%s'@'%%'".formatted(user));
    }

    @Override
    public List<String> revokeMonitoring(String user) {
        return List.of("REVOKE REPLICATION CLIENT ON *.* FROM '%s'@'%%'".formatted(user));
    }

    // read_only stays on, so that only the administrator can write.
    @Override
    public List<String> beginUnlogged() {
        return List.of("SET SESSION sql_log_bin = 0", "SET GLOBAL super_read_only = OFF");
    }

    @Override
    public List<String> endUnlogged(boolean readOnly) {
        String logged = "SET SESSION sql_log_bin = 1";
        return readOnly ? List.of("SET GLOBAL super_read_only = ON", logged) : List.of(logged);
    }

    @Override
    public boolean contains(AdminSession admin, String executed, String position) throws SQLException {
        return admin.value("SELECT GTID_SUBSET('%s', '%s')".formatted(position, executed))
                .equals("1");
    }

    @Override
    public String questions() {
        return """
                SELECT (SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Questions')
                     - (SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Questions')""";
    }
}
