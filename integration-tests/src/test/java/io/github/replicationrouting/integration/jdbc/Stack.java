package io.github.replicationrouting.integration.jdbc;

import com.mysql.cj.jdbc.JdbcConnection;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.integration.support.EnabledServers;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.DialectResolver;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** A driver on a kind of server. */
enum Stack {
    CONNECTOR_J_ON_MYSQL(ClusterKind.MYSQL, JdbcDriver.CONNECTOR_J),
    CONNECTOR_J_ON_MARIADB(ClusterKind.MARIADB, JdbcDriver.CONNECTOR_J),
    MARIADB_DRIVER_ON_MARIADB(ClusterKind.MARIADB, JdbcDriver.MARIADB),
    MARIADB_DRIVER_ON_MYSQL(ClusterKind.MYSQL, JdbcDriver.MARIADB);

    private static final Dialects DIALECTS = Dialects.standard();

    private static final DialectResolver RESOLVER = connection -> {
        String version = connection.getMetaData().getDatabaseProductVersion();
        var dialect = DIALECTS.forVersion(version);
        if (dialect == null) {
            throw new SQLException("No dialect for " + version);
        }
        return dialect;
    };

    private final ClusterKind kind;
    private final JdbcDriver driver;

    Stack(ClusterKind kind, JdbcDriver driver) {
        this.kind = kind;
        this.driver = driver;
    }

    /** Returns the stacks whose servers this run uses. */
    static Stream<Stack> enabled() {
        return Stream.of(values()).filter(stack -> EnabledServers.include(stack.kind));
    }

    boolean isConnectorJ() {
        return driver == JdbcDriver.CONNECTOR_J;
    }

    /** Returns the driver's own type of connections. */
    Class<? extends Connection> connectionType() {
        return isConnectorJ() ? JdbcConnection.class : org.mariadb.jdbc.Connection.class;
    }

    String isolationVariable() {
        return kind == ClusterKind.MARIADB ? "@@tx_isolation" : "@@transaction_isolation";
    }

    /** The isolation, and whether the server has a transaction, where it tells. */
    String transactionVariables() {
        return isolationVariable() + (kind == ClusterKind.MARIADB ? ", @@in_transaction" : "");
    }

    /** MariaDB's driver does not send a commit or rollback that it considers needless; with this it does. */
    String sendsAllEnds() {
        return isConnectorJ() ? "" : "forceTransactionEnd=true";
    }

    /** Makes a driver treat databases as schemas. */
    String databaseIsSchema() {
        return isConnectorJ() ? "databaseTerm=SCHEMA" : "useCatalogTerm=schema";
    }

    /** Parameters under which the driver works differently. */
    List<String> variants() {
        return isConnectorJ()
                ? List.of(
                        "",
                        "useServerPrepStmts=true&cachePrepStmts=true",
                        "rewriteBatchedStatements=true&useLocalSessionState=true")
                : List.of("", "useServerPrepStmts=true");
    }

    ReplicatedCluster cluster() {
        return Clusters.of(kind);
    }

    ClusterNode primary() {
        return cluster().primary();
    }

    /** Returns the URL of a node and one of its databases, with further parameters. */
    String url(ClusterNode node, String database, String parameters) {
        String url = node.jdbcUrl(driver).replace("/" + cluster().database(), "/" + database);
        String all = "socketTimeout=20000" + (parameters.isEmpty() ? "" : "&") + parameters;
        return url + (url.contains("?") ? "&" : "?") + all;
    }

    /** Creates empty databases that the application's user may use, on all nodes. */
    void recreateDatabases(String... databases) {
        for (String database : databases) {
            primary()
                    .execute(List.of(
                            "DROP DATABASE IF EXISTS " + database,
                            "CREATE DATABASE " + database,
                            "GRANT ALL ON " + database + ".* TO '" + cluster().username() + "'@'%'"));
        }
        cluster().awaitReplicated();
    }

    HikariConfig poolConfig(int size) {
        var config = new HikariConfig();
        config.setUsername(cluster().username());
        config.setPassword(cluster().password());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(5_000);
        config.setInitializationFailTimeout(-1);
        return config;
    }

    NodePool pool(Node node, HikariConfig config, ConnectionDefaults defaults, boolean readCommittedInAutoCommit) {
        var connections = new ConnectionFactory(
                node.spec().url(),
                null,
                new Properties(),
                () -> Credentials.of(config.getUsername(), config.getPassword()),
                Duration.ofSeconds(5));
        return new NodePool(
                "trial",
                node,
                config,
                connections.withSessionReports(),
                RESOLVER,
                defaults,
                failure -> {},
                Runnable::run,
                new SessionOptions(true, readCommittedInAutoCommit),
                false);
    }
}
