package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.mariadb.jdbc.Driver;

/**
 * What all MariaDB clusters have in common.
 */
abstract class MariaDbServerSql implements ServerSql {

    private final Driver driver = new Driver();

    private final Account administrator;

    MariaDbServerSql(Account administrator) {
        this.administrator = administrator;
    }

    @Override
    public Connection connect(InetSocketAddress address, String database, Properties properties) throws SQLException {
        return driver.connect(mariaDbUrl(address.getHostString(), address.getPort(), database), properties);
    }

    @Override
    public String connectorJUrl(String host, int port, String database) {
        return "jdbc:mysql://%s:%d/%s".formatted(host, port, database);
    }

    @Override
    public String mariaDbUrl(String host, int port, String database) {
        return "jdbc:mariadb://%s:%d/%s".formatted(host, port, database);
    }

    @Override
    public Account administrator() {
        return administrator;
    }

    @Override
    public List<String> createUsers(Account application, Account monitor, Account replication, String database) {
        return List.of(
                // Anonymous users of the host would shadow the users of any host.
                "DELETE FROM mysql.global_priv WHERE User = ''",
                "FLUSH PRIVILEGES",
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
        return List.of("GRANT REPLICA MONITOR ON *.* TO '%s'@'%%'".formatted(user));
    }

    @Override
    public List<String> revokeMonitoring(String user) {
        return List.of("REVOKE REPLICA MONITOR ON *.* FROM '%s'@'%%'".formatted(user));
    }

    @Override
    public List<String> beginUnlogged() {
        return List.of("SET SESSION sql_log_bin = 0");
    }

    @Override
    public List<String> endUnlogged(boolean readOnly) {
        return List.of("SET SESSION sql_log_bin = 1");
    }

    @Override
    public List<String> readOnly(boolean readOnly) {
        return List.of("SET GLOBAL read_only = " + (readOnly ? "ON" : "OFF"));
    }

    @Override
    public String questions() {
        return """
                SELECT (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'QUESTIONS')
                     - (SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'QUESTIONS')""";
    }
}
