package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class GaleraClusterIT extends GroupClusterTests {

    GaleraClusterIT() {
        super(ClusterKind.GALERA);
    }

    @Override
    String stateQuery() {
        return "SELECT @@wsrep_desync";
    }

    @Test
    void whenAnyMemberWritesAllShouldHaveIt() throws SQLException {
        insert(db1, 1);
        insert(db2, 2);
        insert(db3, 3);
        cluster.awaitRowCount("item", 3);
        cluster.awaitReplicated();
        assertThat(db1.position()).isEqualTo(db2.position()).matches("[0-9a-f-]{36}:\\d+");
        assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.role()).isEqualTo(NodeRole.PRIMARY));
        assertThat(cluster.primary()).isSameAs(db1);
    }

    @Test
    void whenAMemberRejectsQueriesItShouldServeNone() throws SQLException {
        db2.rejectQueries(true);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> rows(db2))
                .satisfies(ex -> assertThat(ex.getErrorCode()).isEqualTo(1047));
        db2.rejectQueries(false);
        assertThat(rows(db2)).isZero();
    }

    @Test
    void whenAMemberIsDesyncedItShouldServe() throws SQLException {
        db2.desync(true);
        assertThat(rows(db2)).isZero();
        assertThat(cluster.describe()).contains("db2: PRIMARY, position", "Donor/Desynced, not serving");
        db2.desync(false);
        cluster.awaitRoles();
    }

    @Test
    void whenAFaultIsNotOfThisKindItShouldBeRefused() {
        assertThatIllegalStateException().isThrownBy(() -> db2.stopGroup()).withMessageContainingAll("db2", "GALERA");
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.promote(db2))
                .withMessageContainingAll("db2", "GALERA");
    }
}
