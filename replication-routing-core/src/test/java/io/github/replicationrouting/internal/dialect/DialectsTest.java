package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GaleraPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.ServerRefusal;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "9.7.4-2                      | mysql",
                "8.0.36                       | mysql",
                "8.0.36-28                    | mysql",
                "8.0.mysql_aurora.3.04.0      | mysql",
                "10.0.1                       | mysql",
                "11.4.5-MariaDB-log           | mariadb",
                "10.6.18-MariaDB              | mariadb",
                "5.5.5-10.11.5-MariaDB-1:10.11.5+maria~ubu2204 | mariadb",
                "2.3.232 (2024-08-11)         |",
                "something else               |",
            })
    void whenTheVersionIsKnownShouldFindTheDialectOfTheServer(String version, @Nullable String expected) {
        ReplicationDialect found = Dialects.standard().forVersion(version);
        assertThat(found == null ? null : found.name()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "MySQL 8.0.36, false",
        "MySQL 8.1.0, false",
        "MySQL 8.2.0, true",
        "MySQL 8.4.3, true",
        "MySQL 9.7.4, true",
        "MySQL 10.0.1, true",
        "MySQL something, true"
    })
    void whenTheVersionIsKnownShouldUseItsStatementForTheBinaryLog(String server, boolean expected) {
        assertThat(MySqlDialect.showsBinaryLogStatus(server)).isEqualTo(expected);
    }

    @Test
    void whenADialectIsNamedShouldFindIt() {
        assertThat(Dialects.standard().named("mariadb")).isInstanceOf(MariaDbDialect.class);
        assertThat(Dialects.standard().named("mysql")).isInstanceOf(MySqlDialect.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dialects.standard().named("oracle"))
                .withMessageContaining("oracle")
                .withMessageContaining("mysql, mariadb");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:mysql://db1/shop, mysql",
        "jdbc:mysql:replication://db1/shop, mysql",
        "jdbc:mariadb://db1/shop, mariadb",
        "jdbc:p6spy:mysql://db1/shop,",
        "jdbc:postgresql://db1/shop,",
    })
    void whenAUrlBelongsToADriverShouldFindItsDialect(String url, @Nullable String expected) {
        ReplicationDialect found = Dialects.standard().forUrl(url);
        assertThat(found == null ? null : found.name()).isEqualTo(expected);
    }

    @Test
    void whenAPositionHasATextFormShouldFindTheDialectThatParsesIt() {
        GtidSet set = GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5");
        MariaDbGtidPosition position = MariaDbGtidPosition.parse("0-1-42");
        assertThat(parsed(set)).isEqualTo(set);
        assertThat(parsed(position)).isEqualTo(position);
        GaleraPosition galera = GaleraPosition.of("3e11fa47-71ca-11e1-9e33-c80aa9429562", 42);
        assertThat(parsed(galera)).isEqualTo(galera);
        assertThat(Dialects.standard().forPosition(BinlogPosition.of("1", "binlog.000001", 4)))
                .isNull();
    }

    private static Position parsed(Position position) {
        return Objects.requireNonNull(Dialects.standard().forPosition(position)).parsePosition(position.toString());
    }

    @Test
    void whenTheDialectIsNotKnownShouldClassifyErrorsByTheFirstThatRecognizesThem() {
        SQLException shutdown = new SQLException("text", "08S01", 1053);
        assertThat(Dialects.standard().classify(shutdown)).isEqualTo(ErrorKind.NODE_UNFIT);
        assertThat(Dialects.standard().refusal(shutdown))
                .isEqualTo(new ServerRefusal(ServerRefusal.Kind.GOING_DOWN, "shutting down"));
        assertThat(Dialects.standard().classify(new SQLException("text", "23000", 1062)))
                .isEqualTo(ErrorKind.OTHER);
        assertThat(Dialects.standard().refusal(new SQLException("text", "23000", 1062)))
                .isNull();
    }
}
