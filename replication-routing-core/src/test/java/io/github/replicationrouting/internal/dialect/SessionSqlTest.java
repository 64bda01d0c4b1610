package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

class SessionSqlTest {

    @Test
    void whenSeveralSettingsDifferShouldChangeThemInOneStatement() {
        SessionSettings.Change change = new SessionSettings.Change(true, Connection.TRANSACTION_READ_COMMITTED, false);
        assertThat(new MySqlDialect().setStatement(change))
                .isEqualTo("SET SESSION transaction_read_only=1,transaction_isolation='READ-COMMITTED',autocommit=0");
        assertThat(new MariaDbDialect().setStatement(change))
                .isEqualTo("SET SESSION tx_read_only=1,tx_isolation='READ-COMMITTED',autocommit=0");
    }

    @Test
    void whenTheDriverChangesAutoCommitShouldExcludeIt() {
        SessionSettings.Change change = new SessionSettings.Change(false, null, true);
        assertThat(new MySqlDialect().setStatement(change.withoutAutoCommit()))
                .isEqualTo("SET SESSION transaction_read_only=0");
        assertThat(new SessionSettings.Change(null, null, true)
                        .withoutAutoCommit()
                        .isEmpty())
                .isTrue();
    }

    @Test
    void whenAnIsolationLevelIsUnknownShouldRejectIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MySqlDialect().setStatement(new SessionSettings.Change(null, 3, null)));
    }
}
