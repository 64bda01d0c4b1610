package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupStatesTest {

    private static final Duration SHORT = Duration.ofSeconds(1);

    /** The first state is that of the server itself. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ONLINE | true",
                "ONLINE ONLINE ONLINE | true",
                "ONLINE UNREACHABLE ONLINE | true",
                "ONLINE RECOVERING | true",
                "ONLINE UNREACHABLE UNREACHABLE | false",
                "ONLINE UNREACHABLE | false",
                "ONLINE ONLINE UNREACHABLE UNREACHABLE | false",
                "ERROR | false",
                "ERROR ONLINE ONLINE | false",
                "RECOVERING ONLINE ONLINE | false",
                "OFFLINE | true"
            })
    void whenACommitIsRefusedShouldShowWhetherTheGroupMayHaveCommittedIt(String states, boolean nothing) {
        List<String> all = List.of(states.split(" "));
        assertThat(new GroupStates(all.get(0), all).haveCommittedNothing(SHORT)).isEqualTo(nothing);
    }

    @Test
    void whenTheCommitHasWaitedLongShouldNotTrustAServerThatHasLeft() {
        assertThat(new GroupStates("OFFLINE", List.of("OFFLINE")).haveCommittedNothing(Duration.ofSeconds(29)))
                .isFalse();
        assertThat(new GroupStates("ONLINE", List.of("ONLINE")).haveCommittedNothing(Duration.ofSeconds(29)))
                .isTrue();
    }

    @Test
    void whenRowsAreReadShouldFindTheOwnState() throws SQLException {
        assertThat(read("SELECT 'UNREACHABLE', 0 UNION ALL SELECT 'ONLINE', 1 UNION ALL SELECT 'ONLINE', 0"))
                .satisfies(states -> assertThat(states.own()).isEqualTo("ONLINE"))
                .satisfies(states ->
                        assertThat(states.all()).containsExactlyInAnyOrder("UNREACHABLE", "ONLINE", "ONLINE"));
    }

    @Test
    void whenTheServerShowsNoGroupShouldProveNothing() throws SQLException {
        assertThat(read("SELECT 'ONLINE', 1 WHERE FALSE").haveCommittedNothing(SHORT))
                .isFalse();
        assertThat(read("SELECT 'ONLINE', 0").haveCommittedNothing(SHORT)).isFalse();
    }

    private static GroupStates read(String rows) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
            return Statements.query(connection, rows, GroupStates::read);
        }
    }
}
