package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;

class MariaDbClusterIT extends ReplicatedClusterTests {

    MariaDbClusterIT() {
        super(ReplicatedCluster.mariaDb());
    }

    /** A session keeps the id that its server had in its beginning, and a rebuild changes that for a while. */
    @Test
    void rebuiltNodeKeepsNoSession() throws Exception {
        ClusterNode db2 = cluster().node("db2");
        try (Connection session = DriverManager.getConnection(
                db2.jdbcUrl(JdbcDriver.MARIADB), cluster().username(), cluster().password())) {
            db2.readOnly(false);
            db2.execute(List.of("INSERT INTO " + cluster().database() + ".item VALUES (7)"));
            cluster().rejoin(db2);
            assertThat(session.isValid(5)).isFalse();
        }
        assertThat(db2.role()).isEqualTo(NodeRole.REPLICA);
    }

    // LeftoversIT looks closer.
    @Override
    void assertNothingIsLeft() {}
}
