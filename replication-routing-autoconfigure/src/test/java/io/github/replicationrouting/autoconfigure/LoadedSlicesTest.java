package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutingDataSource;
import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.apache.ibatis.session.SqlSessionFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.mybatis.spring.boot.test.autoconfigure.MybatisTest;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.boot.jooq.test.autoconfigure.JooqTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** Every test slice that has a data source has the router, and starts while no node answers. */
@TestPropertySource(
        properties = {
            "replication.routing.nodes.db1.url=jdbc:mysql://127.0.0.1:1/shop",
            "replication.routing.nodes.db2.url=jdbc:mysql://127.0.0.1:2/shop",
            "replication.routing.connect-timeout=200ms",
            "replication.routing.monitor.timeout=200ms",
            "spring.test.database.replace=none",
            "spring.flyway.enabled=false",
            "spring.liquibase.enabled=false"
        })
class LoadedSlicesTest {

    @Nested
    @JdbcTest
    class Jdbc {
        @Test
        void whenTheSliceLoadsShouldRoute(
                @Autowired DataSource dataSource, @Autowired JdbcTemplate template, @Autowired JdbcClient client) {
            assertThat(dataSource).isInstanceOf(RoutingDataSource.class);
            assertThat(template.getDataSource()).isSameAs(dataSource);
            assertThat(client).isNotNull();
        }
    }

    @Nested
    @DataJpaTest(
            properties = {
                "spring.jpa.hibernate.ddl-auto=none",
                "spring.jpa.database-platform=org.hibernate.dialect.MySQLDialect",
                "spring.jpa.properties.hibernate.boot.allow_jdbc_metadata_access=false"
            })
    class DataJpa {
        @Test
        void whenTheSliceLoadsShouldRoute(@Autowired DataSource dataSource, @Autowired EntityManagerFactory factory) {
            assertThat(dataSource).isInstanceOf(RoutingDataSource.class);
            assertThat(factory.getProperties()).containsValue(dataSource);
        }
    }

    @Nested
    @DataJdbcTest(properties = "spring.data.jdbc.dialect=h2")
    class DataJdbc {
        @Test
        void whenTheSliceLoadsShouldRoute(@Autowired DataSource dataSource) {
            assertThat(dataSource).isInstanceOf(RoutingDataSource.class);
        }
    }

    /** jOOQ itself requires a newer Java than the router does. */
    @Nested
    @EnabledForJreRange(min = JRE.JAVA_21)
    @JooqTest(properties = "spring.jooq.sql-dialect=mysql")
    class Jooq {
        @Test
        void whenTheSliceLoadsShouldRoute(@Autowired DataSource dataSource) {
            assertThat(dataSource).isInstanceOf(RoutingDataSource.class);
        }
    }

    @Nested
    @MybatisTest
    class MyBatis {
        @Test
        void whenTheSliceLoadsShouldRoute(@Autowired DataSource dataSource, @Autowired SqlSessionFactory factory) {
            assertThat(factory.getConfiguration().getEnvironment().getDataSource())
                    .isInstanceOf(RoutingDataSource.class)
                    .isSameAs(dataSource);
        }
    }

    @Nested
    @JdbcTest
    @TestPropertySource(properties = "spring.test.database.replace=any")
    class Replaced {
        @Test
        void whenTheTestReplacesTheDatabaseShouldUseIt(
                @Autowired JdbcClient client, @Autowired ObjectProvider<ReplicationRouting> routing) {
            assertThat(client.sql("select 1").query(Integer.class).single()).isEqualTo(1);
            assertThat(routing.stream()).isEmpty();
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @AutoConfigurationPackage
    static class Application {}
}
