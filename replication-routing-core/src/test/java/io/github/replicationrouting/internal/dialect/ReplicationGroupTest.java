package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.dialect.ReplicationGroup.Row;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicationGroupTest {

    private static final String OWN = "71542987-ed14-11f1-afd8-0242ac120004";
    private static final String GROUP = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

    private @Nullable String viewId = "17960809364240784:3";
    private boolean superReadOnly;
    private @Nullable String groupName = GROUP;
    private @Nullable String singlePrimary = "ON";
    private boolean readOnly;
    private boolean offline;

    private Row row(String id, String state, String role) {
        return new Row(id, state, role, viewId, 5, 12L, superReadOnly, groupName, singlePrimary);
    }

    /** @param others states of the other members */
    private @Nullable GroupMembership find(String state, String role, String... others) {
        List<Row> rows = new ArrayList<>();
        for (String other : others) {
            rows.add(row("member-" + rows.size(), other, role.equals("PRIMARY") ? "SECONDARY" : "PRIMARY"));
        }
        rows.add(row(OWN, state, role));
        return new ReplicationGroup(rows)
                .membership(new Observation("MySQL 9.7.4", OWN, readOnly, offline, null, null));
    }

    private GroupMembership membership(String state, String role, String... others) {
        return Objects.requireNonNull(find(state, role, others));
    }

    @Test
    void whenElectedShouldServeReadsAndWrites() {
        assertThat(membership("ONLINE", "PRIMARY", "ONLINE", "ONLINE"))
                .isEqualTo(new GroupMembership(
                        GroupMembership.Kind.GROUP_REPLICATION,
                        "ONLINE",
                        new GroupMembership.View("17960809364240784", 3, 3, true),
                        true,
                        true,
                        null,
                        true,
                        OWN,
                        5,
                        12L,
                        null));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenAnotherOneIsElectedShouldServeReadsWhateverTheServerWouldAccept(boolean refusesWrites) {
        superReadOnly = refusesWrites;
        readOnly = refusesWrites;
        GroupMembership membership = membership("ONLINE", "SECONDARY", "ONLINE", "ONLINE");
        assertThat(membership.readable()).isTrue();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).as("it is as it should be").isNull();
    }

    @Test
    void whenEachMemberIsAPrimaryShouldServeReadsAndWrites() {
        singlePrimary = "OFF";
        GroupMembership membership = membership("ONLINE", "PRIMARY", "ONLINE");
        assertThat(membership.writable()).isTrue();
        assertThat(membership.singlePrimary()).isFalse();
    }

    @Test
    void whenTheModeIsNotShownShouldSeeItFromTheRoles() {
        singlePrimary = null;
        assertThat(membership("ONLINE", "PRIMARY", "ONLINE").singlePrimary()).isTrue();
        assertThat(membership("ONLINE", "SECONDARY", "ONLINE").singlePrimary()).isTrue();
        assertThat(membership("ONLINE", "PRIMARY").singlePrimary()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"true,false", "false,true", "true,true"})
    void whenTheElectedOneIsStillReadOnlyShouldServeReads(boolean superRefuses, boolean refuses) {
        superReadOnly = superRefuses;
        readOnly = refuses;
        GroupMembership membership = membership("ONLINE", "PRIMARY", "ONLINE");
        assertThat(membership.readable()).isTrue();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).isEqualTo("is read-only (super_read_only)");
    }

    @ParameterizedTest
    @CsvSource({
        "OFFLINE,is OFFLINE: does not belong to its group",
        "RECOVERING,is RECOVERING: receives what it has missed",
        "ERROR,is ERROR: has left its group",
        "UNREACHABLE,is UNREACHABLE: has left its group",
        "'',is : has left its group"
    })
    void whenNotOnlineShouldServeNothingThoughItIsWritable(String state, String problem) {
        GroupMembership membership = membership(state, "PRIMARY");
        assertThat(membership.state()).isEqualTo(state);
        assertThat(membership.readable()).isFalse();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).isEqualTo(problem);
        assertThat(membership.view() != null).isEqualTo(state.equals("RECOVERING"));
    }

    @Test
    void whenMostMembersAreUnreachableShouldServeNothing() {
        GroupMembership membership = membership("ONLINE", "PRIMARY", "UNREACHABLE", "UNREACHABLE");
        assertThat(membership.readable()).isFalse();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).isEqualTo("is in a minority: 2 of 3 members are unreachable");
        assertThat(membership.view()).isEqualTo(new GroupMembership.View("17960809364240784", 3, 3, false));

        assertThat(membership("ONLINE", "PRIMARY", "UNREACHABLE").readable())
                .as("half is no majority")
                .isFalse();
        assertThat(membership("ONLINE", "PRIMARY", "UNREACHABLE", "ONLINE").writable())
                .isTrue();
        assertThat(membership("ONLINE", "PRIMARY", "RECOVERING", "RECOVERING").writable())
                .isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "17960809364240784", "x:", ":3", "x:99999999999999999999"})
    void whenTheViewIsUnknownShouldServeNothing(@Nullable String id) {
        viewId = id;
        GroupMembership membership = membership("ONLINE", "PRIMARY");
        assertThat(membership.view()).isNull();
        assertThat(membership.readable()).isFalse();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.problem()).isEqualTo("is in no view of its group");
    }

    @Test
    void whenOfflineModeRefusesAccountsShouldServeNothing() {
        offline = true;
        GroupMembership membership = membership("ONLINE", "PRIMARY");
        assertThat(membership.readable()).isFalse();
        assertThat(membership.problem()).contains("offline_mode");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " "})
    void whenNoGroupIsConfiguredShouldBeInNone(@Nullable String name) {
        groupName = name;
        assertThat(find("OFFLINE", "")).isNull();
        assertThat(find("ONLINE", "PRIMARY")).as("what is in a group is in one").isNotNull();
    }

    @Test
    void whenThereAreNoRowsShouldBeInNoGroup() {
        assertThat(new ReplicationGroup(List.of())
                        .membership(new Observation("MySQL 9.7.4", OWN, false, false, null, null)))
                .isNull();
    }

    /** Seen for a quarter of a second while a member left. */
    @ParameterizedTest
    @ValueSource(strings = {"", "another"})
    void whenAServerOfAGroupShowsNoRowOfItsOwnShouldServeNothing(String shown) {
        GroupMembership membership = new ReplicationGroup(List.of(row(shown, "", "")))
                .membership(new Observation("MySQL 9.7.4", OWN, false, false, null, null));
        assertThat(Objects.requireNonNull(membership).problem()).startsWith("is OFFLINE");
        assertThat(membership.readable()).isFalse();
        assertThat(membership.writable()).isFalse();
        assertThat(membership.order()).isEqualTo(OWN);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "")
    void whenAServerHasNoPluginShouldBeInNoGroup(@Nullable String name) {
        groupName = name;
        singlePrimary = null;
        assertThat(new ReplicationGroup(List.of(row("", "", "")))
                        .membership(new Observation("MySQL 9.7.4", OWN, false, false, null, null)))
                .isNull();
    }

    @Test
    void whenRowsAreReadShouldKeepWhatIsUnknown() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            GroupMembership membership = Statements.query(
                            connection,
                            "SELECT '" + OWN + "', 'OFFLINE', '', NULL, NULL, NULL, '0', '" + GROUP + "', 'ON'",
                            ReplicationGroup::read)
                    .membership(new Observation("MySQL 9.7.4", OWN, false, false, null, null));
            assertThat(Objects.requireNonNull(membership).localWrites()).isNull();
            assertThat(membership.applierQueue()).isZero();
            assertThat(membership.view()).isNull();

            assertThat(Statements.query(
                                    connection,
                                    "SELECT '" + OWN + "', 'ONLINE', 'PRIMARY', '7:2', 4, 9, '0', '" + GROUP
                                            + "', 'OFF'",
                                    ReplicationGroup::read)
                            .membership(new Observation("MySQL 9.7.4", OWN, false, false, null, null)))
                    .isEqualTo(new GroupMembership(
                            GroupMembership.Kind.GROUP_REPLICATION,
                            "ONLINE",
                            new GroupMembership.View("7", 2, 1, true),
                            true,
                            true,
                            null,
                            false,
                            OWN,
                            4,
                            9L,
                            null));
        }
    }
}
