package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.support.SQLErrorCodeSQLExceptionTranslator;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/** Whatever code or message a server chooses for a conflict, Spring translates it to one family. */
class ConflictTranslationTest {

    private static final List<SQLExceptionTranslator> TRANSLATORS = List.of(
            new SQLExceptionSubclassTranslator(),
            new SQLStateSQLExceptionTranslator(),
            new SQLErrorCodeSQLExceptionTranslator("MySQL"),
            new SQLErrorCodeSQLExceptionTranslator("MariaDB"));

    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/shop"));
    private final Decision primary = new Decision(db1, DecisionReason.READ_WRITE, true);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1213 | 40001 | Deadlock found when trying to get lock",
                "1213 | 41000 | Deadlock found when trying to get lock",
                "3101 | 40000 | Plugin instructed the server to rollback the current transaction.",
                "3101 | HY000 | Plugin instructed the server to rollback the current transaction.",
                "1180 | HY000 | Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT",
                "1030 | HY000 | Got error 149 - 'Lock deadlock; Retry transaction' from storage engine",
                "149 | '' | Lock deadlock; Retry transaction",
                "149 | | ",
                "1205 | 41000 | Lock wait timeout exceeded",
                "1020 | HY000 | Record has changed since last read in table 'stock'",
                "1206 | HY000 | The total number of locks exceeds the lock table size",
            })
    void whenTheServerRollsBackShouldTranslateItToAConcurrencyFailure(
            int code, @Nullable String state, @Nullable String message) {
        SQLException plain = new SQLException(message, state, code);
        BatchUpdateException batch = new BatchUpdateException(message, state, code, new int[] {1, -3}, plain);
        for (SQLException error : List.of(plain, batch, new SQLTransactionRollbackException(message, state, code))) {
            SQLException thrown = thrown(error);
            assertThat(thrown.getErrorCode())
                    .as("Hibernate knows 1020 by an exception that Spring does not know")
                    .isEqualTo(code == 1020 ? 1213 : code);
            assertThat(thrown.getSQLState()).isEqualTo("40001");
            for (SQLExceptionTranslator translator : TRANSLATORS) {
                assertThat(translator.translate("update", null, thrown))
                        .as("%s of %s", translator.getClass().getSimpleName(), error.getClass())
                        .isInstanceOf(ConcurrencyFailureException.class);
            }
        }
        assertThat(((BatchUpdateException) thrown(batch)).getUpdateCounts()).containsExactly(1, -3);
    }

    private SQLException thrown(SQLException error) {
        ErrorKind kind = Dialects.standard().classify(error);
        // The server has shown that it belongs to its group.
        ErrorKind known = kind == ErrorKind.COMMIT_REFUSED ? ErrorKind.ROLLED_BACK : kind;
        return ErrorExplanation.explain(error, known, Access.WRITE, primary);
    }
}
