package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.spi.GroupMembership;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GaleraStatusTest {

    private static final String CLUSTER = "ef004dd7-ed14-11f1-a8e8-4b5f74a0bfd4";
    private static final String MEMBER = "f72af59a-ed14-11f1-93b7-4e92614cb8d1";

    private final Map<String, String> values = new HashMap<>(Map.ofEntries(
            Map.entry("WSREP_ON", "ON"),
            Map.entry("WSREP_PROVIDER", "/usr/lib/galera/libgalera_smm.so"),
            Map.entry("HOSTNAME", "db1"),
            Map.entry("PORT", "3306"),
            Map.entry("WSREP_DESYNC", "OFF"),
            Map.entry("WSREP_REJECT_QUERIES", "NONE"),
            Map.entry("WSREP_CLUSTER_STATUS", "Primary"),
            Map.entry("WSREP_LOCAL_STATE", "4"),
            Map.entry("WSREP_LOCAL_STATE_COMMENT", "Synced"),
            Map.entry("WSREP_READY", "ON"),
            Map.entry("WSREP_CLUSTER_CONF_ID", "7"),
            Map.entry("WSREP_CLUSTER_SIZE", "3"),
            Map.entry("WSREP_CLUSTER_STATE_UUID", CLUSTER),
            Map.entry("WSREP_GCOMM_UUID", MEMBER),
            Map.entry("WSREP_LOCAL_INDEX", "1"),
            Map.entry("WSREP_LAST_COMMITTED", "1042"),
            Map.entry("WSREP_REPLICATED", "12"),
            Map.entry("WSREP_LOCAL_RECV_QUEUE", "5"),
            Map.entry("WSREP_FLOW_CONTROL_PAUSED", "0.25")));

    private GaleraStatus status() {
        return new GaleraStatus(values);
    }

    private GroupMembership membership() {
        return status().membership(false);
    }

    @Test
    void whenSyncedShouldServeReadsAndWrites() {
        assertThat(status().isMember()).isTrue();
        assertThat(membership())
                .isEqualTo(new GroupMembership(
                        GroupMembership.Kind.GALERA,
                        "Synced",
                        new GroupMembership.View(CLUSTER, 7, 3, true),
                        true,
                        true,
                        null,
                        false,
                        "00001",
                        5,
                        12L,
                        0.25));
        assertThat(status().position()).isEqualTo(GaleraPosition.of(CLUSTER, 1042));
        assertThat(status().serverId("1")).isEqualTo(MEMBER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # status     | state | ready | desync | rejects  | readable | writable | problem
            Primary      | 4     | ON    | OFF    | NONE     | true     | true     |
            Primary      | 2     | ON    | OFF    | NONE     | true     | false    | is a donor of a state transfer
            Primary      | 2     | ON    | ON     | NONE     | true     | false    | is desynced (wsrep_desync)
            Primary      | 4     | ON    | ON     | NONE     | true     | false    | is desynced (wsrep_desync)
            Primary      | 3     | ON    | OFF    | NONE     | true     | false    | has joined and catches up
            Primary      | 4     | ON    | OFF    | ALL      | false    | false    | rejects queries (wsrep_reject_queries ALL)
            Primary      | 4     | ON    | OFF    | ALL_KILL | false    | false    | rejects queries
            Primary      | 4     | OFF   | OFF    | NONE     | false    | false    | is not ready
            Primary      | 1     | OFF   | OFF    | NONE     | false    | false    | is joining: receives a state transfer
            Primary      | 1     | ON    | OFF    | NONE     | false    | false    | is joining
            Primary      | 0     | ON    | OFF    | NONE     | false    | false    | is in state
            Primary      | 5     | ON    | OFF    | NONE     | false    | false    | is in state
            Primary      | ''    | ON    | OFF    | NONE     | false    | false    | is in state
            Primary      | 4     | ON    | OFF    | ''       | false    | false    | rejects queries
            Primary      | 4     | ''    | OFF    | NONE     | false    | false    | is not ready
            Primary      | 4     | ON    | ''     | NONE     | true     | false    | is desynced
            non-Primary  | 0     | OFF   | OFF    | NONE     | false    | false    | is not in the primary component
            non-Primary  | 4     | ON    | OFF    | NONE     | false    | false    | is not in the primary component
            Disconnected | 0     | OFF   | OFF    | NONE     | false    | false    | (wsrep_cluster_status Disconnected)
            ''           | 4     | ON    | OFF    | NONE     | false    | false    | is not in the primary component
            """)
    void whenAMemberShowsAStateShouldKnowWhatItServes(
            String status,
            String state,
            String ready,
            String desync,
            String rejects,
            boolean readable,
            boolean writable,
            String problem) {
        values.put("WSREP_CLUSTER_STATUS", status);
        values.put("WSREP_LOCAL_STATE", state);
        values.put("WSREP_READY", ready);
        values.put("WSREP_DESYNC", desync);
        values.put("WSREP_REJECT_QUERIES", rejects);
        GroupMembership membership = membership();
        assertThat(membership.readable()).isEqualTo(readable);
        assertThat(membership.writable()).isEqualTo(writable);
        if (problem == null) {
            assertThat(membership.problem()).isNull();
        } else {
            assertThat(membership.problem()).contains(problem);
        }
    }

    @Test
    void whenReadOnlyShouldServeReadsOnly() {
        GroupMembership membership = status().membership(true);
        assertThat(membership.readable()).isTrue();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).isEqualTo("is read-only (read_only)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "18446744073709551615", "", "x"})
    void whenTheNumberOfTheViewIsNoneShouldBeInNoView(String number) {
        values.put("WSREP_CLUSTER_CONF_ID", number);
        assertThat(membership().view()).isNull();
        assertThat(membership().readable()).isFalse();
        assertThat(membership().problem()).contains("is in no view");
    }

    @Test
    void whenAMinorityKeepsANumberShouldHaveNoMajority() {
        values.put("WSREP_CLUSTER_STATUS", "non-Primary");
        assertThat(membership().view()).isEqualTo(new GroupMembership.View(CLUSTER, 7, 3, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "18446744073709551615", "", "x"})
    void whenTheLastCommitIsUnknownShouldHaveNoPosition(String number) {
        values.put("WSREP_LAST_COMMITTED", number);
        assertThat(status().position()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00000000-0000-0000-0000-000000000000"})
    void whenTheClusterHasNoStateShouldHaveNeitherPositionNorView(String cluster) {
        values.put("WSREP_CLUSTER_STATE_UUID", cluster);
        assertThat(status().position()).isNull();
        assertThat(membership().view()).isNull();
    }

    /** A row can be read before the number of its commit is counted. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                CLUSTER + ":1043 0-1-0 | 1043",
                CLUSTER + ":1043       | 1043",
                CLUSTER + ":1041 0-1-0 | 1042",
                "aa004dd7-ed14-11f1-a8e8-4b5f74a0bfd4:9999 | 1042",
                CLUSTER + ":-1         | 1042",
                "''                    | 1042"
            })
    void whenTheEngineHasStoredMoreShouldCountItAsShown(String stored, long expected) {
        values.put("WSREP_SE_CHECKPOINT", stored);
        assertThat(status().shown()).isEqualTo(GaleraPosition.of(CLUSTER, expected));
        assertThat(status().position()).isEqualTo(GaleraPosition.of(CLUSTER, 1042));
    }

    /** All members may have one server id. */
    @ParameterizedTest
    @ValueSource(strings = {"", "00000000-0000-0000-0000-000000000000"})
    void whenAMemberIsNotConnectedShouldBeKnownByWhereItRuns(String member) {
        values.put("WSREP_GCOMM_UUID", member);
        assertThat(status().serverId("17")).isEqualTo("17@db1:3306");
    }

    @Test
    void whenCountersAreUnknownShouldNotReadZero() {
        values.put("WSREP_REPLICATED", "-1");
        values.put("WSREP_FLOW_CONTROL_PAUSED", "");
        values.put("WSREP_LOCAL_INDEX", "-1");
        assertThat(membership().localWrites()).isNull();
        assertThat(membership().flowControl()).isNull();
        assertThat(membership().order()).isEmpty();
    }

    @Test
    void whenIndexesAreComparedAsTextsShouldFollowTheirNumbers() {
        values.put("WSREP_LOCAL_INDEX", "10");
        String ten = membership().order();
        values.put("WSREP_LOCAL_INDEX", "9");
        assertThat(ten).isGreaterThan(membership().order());
    }

    @ParameterizedTest
    @CsvSource({"OFF,/usr/lib/galera/libgalera_smm.so", "ON,none", "ON,''", "'',/usr/lib/galera/libgalera_smm.so"})
    void whenGaleraIsOffShouldBeInNoCluster(String on, String provider) {
        values.put("WSREP_ON", on);
        values.put("WSREP_PROVIDER", provider);
        assertThat(status().isMember()).isFalse();
    }

    @Test
    void whenTheServerWasBuiltWithoutGaleraShouldBeInNoCluster() {
        assertThat(new GaleraStatus(Map.of()).isMember()).isFalse();
    }

    @Test
    void whenRowsAreReadShouldIgnoreTheCaseOfNamesAndMissingValues() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            GaleraStatus status = Statements.query(
                    connection,
                    "SELECT * FROM (VALUES ('wsrep_on', 'ON'), ('WSREP_PROVIDER', '/lib/galera.so'),"
                            + " ('WSREP_CLUSTER_STATE_UUID', '" + CLUSTER + "'), ('WSREP_LAST_COMMITTED', NULL))",
                    GaleraStatus::read);
            assertThat(status.isMember()).isTrue();
            assertThat(status.position()).isNull();
        }
    }
}
