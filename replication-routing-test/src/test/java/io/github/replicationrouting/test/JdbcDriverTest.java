package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JdbcDriverTest {

    private static final String CONNECTOR_J = "com.mysql.cj.jdbc.Driver";
    private static final String MARIADB = "org.mariadb.jdbc.Driver";

    @Test
    void whenBothDriversArePresentTheServersOwnShouldBeChosen() {
        assertThat(JdbcDriver.AUTO.forServers(ClusterKind.MARIADB)).isEqualTo(JdbcDriver.MARIADB);
        assertThat(JdbcDriver.AUTO.forServers(ClusterKind.MYSQL)).isEqualTo(JdbcDriver.CONNECTOR_J);
    }

    @Test
    void whenOneDriverIsPresentItShouldBeChosen() {
        assertThat(JdbcDriver.AUTO.forServers(ClusterKind.MARIADB, CONNECTOR_J::equals))
                .isEqualTo(JdbcDriver.CONNECTOR_J);
        assertThat(JdbcDriver.AUTO.forServers(ClusterKind.MYSQL, MARIADB::equals))
                .isEqualTo(JdbcDriver.MARIADB);
    }

    @Test
    void whenADriverIsNamedItShouldBeUsed() {
        assertThat(JdbcDriver.CONNECTOR_J.forServers(ClusterKind.MARIADB, MARIADB::equals))
                .isEqualTo(JdbcDriver.CONNECTOR_J);
        assertThat(JdbcDriver.MARIADB.forServers(ClusterKind.MYSQL, CONNECTOR_J::equals))
                .isEqualTo(JdbcDriver.MARIADB);
    }
}
