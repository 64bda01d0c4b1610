package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.spi.ReplicationDialect;
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
    void findsTheDialectOfAServer(String version, @Nullable String expected) {
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
    void asksForTheBinaryLogByTheNameThatTheVersionKnows(String server, boolean expected) {
        assertThat(MySqlDialect.showsBinaryLogStatus(server)).isEqualTo(expected);
    }

    @Test
    void findsADialectByName() {
        assertThat(Dialects.standard().named("mariadb")).isInstanceOf(MariaDbDialect.class);
        assertThat(Dialects.standard().named("mysql")).isInstanceOf(MySqlDialect.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dialects.standard().named("oracle"))
                .withMessageContaining("oracle")
                .withMessageContaining("mariadb, mysql");
    }
}
