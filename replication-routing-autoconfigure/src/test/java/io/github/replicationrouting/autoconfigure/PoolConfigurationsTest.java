package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.zaxxer.hikari.HikariConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class PoolConfigurationsTest {

    private final StandardEnvironment environment = new StandardEnvironment();
    private final List<Object> problems = new ArrayList<>();

    @Test
    void whenNothingIsSetShouldHaveDefaultsThatBoundTheWait() {
        HikariConfig pool = pool("db1");
        assertThat(pool.getConnectionTimeout()).isEqualTo(3_000);
        assertThat(pool.getMinimumIdle()).isEqualTo(2);
        assertThat(pool.getInitializationFailTimeout()).isEqualTo(-1);
        assertThat(pool.getPoolName()).isEqualTo("db1DataSource");
        assertThat(pool.getUsername()).isNull();
        assertThat(pool.getPassword()).isNull();
        assertThat(pool.getDriverClassName()).isNull();
        assertThat(pool.getJdbcUrl()).isNull();
    }

    @Test
    void whenSpringDataSourceIsSetShouldInheritFromIt() {
        set(
                "spring.datasource.username=spring",
                "spring.datasource.password=spring-secret",
                "spring.datasource.driver-class-name=com.mysql.cj.jdbc.Driver",
                "spring.datasource.hikari.maximum-pool-size=7",
                "spring.datasource.hikari.connection-timeout=9000",
                "spring.datasource.hikari.data-source-properties.cachePrepStmts=true");
        HikariConfig pool = pool("db1");
        assertThat(pool.getUsername()).isEqualTo("spring");
        assertThat(pool.getPassword()).isEqualTo("spring-secret");
        assertThat(pool.getDriverClassName()).isEqualTo("com.mysql.cj.jdbc.Driver");
        assertThat(pool.getMaximumPoolSize()).isEqualTo(7);
        assertThat(pool.getConnectionTimeout()).isEqualTo(9_000);
        assertThat(pool.getDataSourceProperties()).containsExactly(entry("cachePrepStmts", "true"));
    }

    @Test
    void whenASettingBelongsToOneDatabaseShouldNotInheritIt() {
        set(
                "spring.datasource.hikari.jdbc-url=jdbc:h2:mem:other",
                "spring.datasource.hikari.pool-name=other",
                "spring.datasource.hikari.read-only=true",
                "spring.datasource.hikari.data-source-class-name=com.example.Other",
                "spring.datasource.hikari.initialization-fail-timeout=5000");
        HikariConfig pool = pool("db1");
        assertThat(pool.getJdbcUrl()).isNull();
        assertThat(pool.getPoolName()).isEqualTo("db1DataSource");
        assertThat(pool.isReadOnly()).isFalse();
        assertThat(pool.getDataSourceClassName()).isNull();
        assertThat(pool.getInitializationFailTimeout()).isEqualTo(-1);
    }

    @Test
    void whenSeveralLevelsSetAKeyShouldUseThatOfTheNodeThenThatOfAllNodes() {
        set(
                "spring.datasource.username=spring",
                "spring.datasource.password=spring-secret",
                "spring.datasource.hikari.maximum-pool-size=7",
                "spring.datasource.hikari.validation-timeout=1000",
                "spring.datasource.hikari.data-source-properties.a=spring",
                "spring.datasource.hikari.data-source-properties.b=spring",
                "replication.routing.username=all",
                "replication.routing.hikari.maximum-pool-size=8",
                "replication.routing.hikari.data-source-properties.b=all",
                "replication.routing.nodes.db2.username=two",
                "replication.routing.nodes.db2.password=two-secret",
                "replication.routing.nodes.db2.hikari.maximum-pool-size=9",
                "replication.routing.nodes.db2.hikari.data-source-properties.c=two");
        HikariConfig all = pool("db1");
        assertThat(all.getUsername()).isEqualTo("all");
        assertThat(all.getPassword()).isEqualTo("spring-secret");
        assertThat(all.getMaximumPoolSize()).isEqualTo(8);
        assertThat(all.getValidationTimeout()).isEqualTo(1_000);
        HikariConfig two = pool("db2");
        assertThat(two.getUsername()).isEqualTo("two");
        assertThat(two.getPassword()).isEqualTo("two-secret");
        assertThat(two.getMaximumPoolSize()).isEqualTo(9);
        assertThat(two.getValidationTimeout()).isEqualTo(1_000);
        assertThat(two.getDataSourceProperties())
                .containsOnly(entry("a", "spring"), entry("b", "all"), entry("c", "two"));
    }

    @Test
    void whenHikariSetsAKeyShouldOverrideItsOwnLevelOnly() {
        set(
                "spring.datasource.hikari.username=spring-hikari",
                "spring.datasource.username=spring",
                "replication.routing.nodes.db2.username=two");
        assertThat(pool("db1").getUsername()).isEqualTo("spring-hikari");
        assertThat(pool("db2").getUsername()).isEqualTo("two");
    }

    @Test
    void whenADriverIsOverriddenShouldNotLoadTheInheritedOne() {
        set(
                "spring.datasource.driver-class-name=com.example.Missing",
                "replication.routing.nodes.db1.driver-class-name=com.mysql.cj.jdbc.Driver");
        assertThat(pool("db1").getDriverClassName()).isEqualTo("com.mysql.cj.jdbc.Driver");
    }

    @Test
    void whenThePoolIsSmallShouldLimitMinimumIdle() {
        set("replication.routing.hikari.maximum-pool-size=1", "replication.routing.nodes.db2.hikari.minimum-idle=5");
        assertThat(pool("db1").getMinimumIdle()).isEqualTo(1);
        HikariConfig two = pool("db2");
        two.setJdbcUrl("jdbc:mysql://db2/shop");
        two.validate();
        assertThat(two.getMinimumIdle()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"db_1", "DB1", "[eu.west/1]", "[db1]", "db-1", "1"})
    void whenANodeHasAnyNameShouldFindItsKeys(String name) {
        set(
                "replication.routing.nodes." + name + ".username=own",
                "replication.routing.nodes." + name + ".hikari.maximum-pool-size=4");
        HikariConfig pool = pool(name.replace("[", "").replace("]", ""));
        assertThat(pool.getUsername()).isEqualTo("own");
        assertThat(pool.getMaximumPoolSize()).isEqualTo(4);
    }

    @Test
    void whenEnvironmentVariablesAreSetShouldUseThem() {
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        "test-systemEnvironment",
                        Map.of(
                                "SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE", "5",
                                "REPLICATION_ROUTING_HIKARI_VALIDATIONTIMEOUT", "1500",
                                "REPLICATION_ROUTING_NODES_DB1_PASSWORD", "from-environment")));
        HikariConfig pool = pool("db1");
        assertThat(pool.getMaximumPoolSize()).isEqualTo(5);
        assertThat(pool.getValidationTimeout()).isEqualTo(1_500);
        assertThat(pool.getPassword()).isEqualTo("from-environment");
    }

    @Test
    void whenANodeComesFromABeanShouldUseItsUserAndNoKeys() {
        set("replication.routing.username=all", "replication.routing.password=all-secret");
        set("replication.routing.nodes.found.username=never");
        HikariConfig own = new PoolConfigurations(environment)
                .of(
                        DeclaredNode.of(new ReplicationRoutingConnectionDetails.Node(
                                "found", "jdbc:mysql://db1/shop", "own", "own-secret")),
                        problems::add);
        assertThat(own.getUsername()).isEqualTo("own");
        assertThat(own.getPassword()).isEqualTo("own-secret");
        HikariConfig inherited = new PoolConfigurations(environment)
                .of(
                        DeclaredNode.of(new ReplicationRoutingConnectionDetails.Node(
                                "found", "jdbc:mysql://db1/shop", null, null)),
                        problems::add);
        assertThat(inherited.getUsername()).isEqualTo("all");
        assertThat(inherited.getPassword()).isEqualTo("all-secret");
    }

    private void set(String... properties) {
        TestPropertyValues.of(properties).applyTo(environment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://shop:secret@db1/shop", "jdbc:mariadb://db1/shop?user=shop&password=secret"})
    void whenTheUrlHoldsTheLoginShouldFindItsKey(String url) {
        set("replication.routing.nodes.db1.url=" + url);
        DeclaredNode node = DeclaredNode.bind(environment).get(0);
        PoolConfigurations pools = new PoolConfigurations(environment);
        assertThat(pools.keyOf(node, "username")).isEqualTo("replication.routing.nodes.db1.url");
        assertThat(pools.keyOf(node, "password")).isEqualTo("replication.routing.nodes.db1.url");
    }

    private HikariConfig pool(String name) {
        set("replication.routing.nodes." + (name.matches("[\\w-]+") ? name : "[" + name + "]")
                + ".url=jdbc:mysql://db/shop");
        DeclaredNode node = DeclaredNode.bind(environment).stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        HikariConfig pool = new PoolConfigurations(environment).of(node, problems::add);
        assertThat(problems).isEmpty();
        return pool;
    }
}
