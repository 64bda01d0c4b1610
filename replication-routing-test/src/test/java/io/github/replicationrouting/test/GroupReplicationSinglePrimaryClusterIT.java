package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class GroupReplicationSinglePrimaryClusterIT extends GroupReplicationClusterTests {

    GroupReplicationSinglePrimaryClusterIT() {
        super(ClusterKind.GROUP_REPLICATION_SINGLE_PRIMARY);
    }

    @Test
    void whenThePrimaryWritesAllShouldHaveIt() throws SQLException {
        insert(db1, 1);
        cluster.awaitRowCount("item", 1);
        assertThat(cluster.primary()).isSameAs(db1);
        assertThat(cluster.replicas()).containsExactly(db2, db3);
        assertThat(db2.role()).isEqualTo(NodeRole.REPLICA);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> insert(db2, 2))
                .satisfies(ex -> assertThat(ex.getErrorCode()).isEqualTo(1290));
    }

    @Test
    void whenASecondaryIsPromotedItShouldBeThePrimary() throws SQLException {
        cluster.promote(db3);
        assertThat(cluster.primary()).isSameAs(db3);
        insert(db3, 1);
        cluster.awaitRowCount("item", 1);
    }
}
