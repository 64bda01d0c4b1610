package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.spi.ErrorKind;
import java.io.EOFException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorClassifierTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1290 | HY000 | running with the --read-only option so it cannot execute this statement | READ_ONLY_SERVER",
                "1290 | HY000 | running with the --super-read-only option | READ_ONLY_SERVER",
                "1290 | HY000 | running with the --secure-file-priv option so it cannot execute this | OTHER",
                "1836 | HY000 | Running in read-only mode | READ_ONLY_SERVER",
                "1792 | 25006 | Cannot execute statement in a READ ONLY transaction. | READ_ONLY_TRANSACTION",
                "0 | S1009 | Connection is read-only. Queries leading to data modification are not allowed. | READ_ONLY_TRANSACTION",
                "0 | S1009 | Parameter index out of range | OTHER",
                "1047 | 08S01 | WSREP has not yet prepared node for application use | NOT_IN_GROUP",
                "1047 | 08S01 | Unknown command | NODE_UNFIT",
                "1053 | 08S01 | Server shutdown in progress | NODE_UNFIT",
                "3032 | HY000 | The server is currently in offline mode | NODE_UNFIT",
                "3168 | HY000 | Server isn't available | NODE_UNFIT",
                "3169 | HY000 | Session was killed | NODE_UNFIT",
                "3797 | HY000 | Error while waiting for group transactions commit | NODE_UNFIT",
                "1040 | 08004 | Too many connections | OVERLOAD",
                "1203 | 42000 | more than 'max_user_connections' active connections | OVERLOAD",
                "1213 | 40001 | Deadlock found | ROLLED_BACK",
                "3101 | 40000 | Plugin instructed the server to rollback | COMMIT_REFUSED",
                "1180 | HY000 | Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT | ROLLED_BACK",
                "1180 | HY000 | Got error 149 \"Lock deadlock; Retry transaction\" during COMMIT | ROLLED_BACK",
                "1030 | HY000 | Got error 149 - 'Lock deadlock; Retry transaction' from storage engine | ROLLED_BACK",
                "0 | | Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT | ROLLED_BACK",
                "149 | '' | Lock deadlock; Retry transaction | ROLLED_BACK",
                "149 | | | ROLLED_BACK",
                "149 | HY000 | | ROLLED_BACK",
                "1020 | HY000 | Record has changed since last read in table 'stock' | ROLLED_BACK",
                "1206 | HY000 | The total number of locks exceeds the lock table size | ROLLED_BACK",
                "1205 | 41000 | Lock wait timeout exceeded | ROLLED_BACK",
                "1644 | 45000 | My error 149 | OTHER",
                "1180 | HY000 | Got error 1490 'x' during COMMIT | OTHER",
                "1180 | HY000 | Got error 28 - 'No space left' during COMMIT | OTHER",
                "1180 | HY000 | wsrep_max_ws_rows exceeded | OTHER",
                "1105 | HY000 | Maximum writeset size exceeded | OTHER",
                "1205 | 40001 | Lock wait timeout exceeded | OTHER",
                "1205 | HY000 | Lock wait timeout exceeded | OTHER",
                "1180 | HY000 | Error while appending streaming replication fragment(provider status: Not connected to Primary Component) | COMMIT_IN_DOUBT",
                "1180 | HY000 | provider status: Not connected to Primary Component | COMMIT_IN_DOUBT",
                "3100 | HY000 | Error on observer while running replication hook 'before_commit'. | COMMIT_REFUSED",
                "3100 | HY000 | Error on observer while running replication hook 'before_dml'. | NOT_IN_GROUP",
                "3100 | HY000 | Error on observer while running replication hook 'after_commit'. | COMMIT_IN_DOUBT",
                "3100 | HY000 | Error on observer | COMMIT_IN_DOUBT",
                "1927 | 70100 | Connection was killed | CONNECTION_LOST",
                "4031 | HY000 | The client was disconnected by the server because of inactivity | CONNECTION_LOST",
                "0 | 08S01 | Communications link failure | CONNECTION_LOST",
                "0 | 08000 | Socket error | CONNECTION_LOST",
                "0 | 08003 | No operations allowed after connection closed | CONNECTION_LOST",
                "1052 | 23000 | Column 'item' in 'SELECT' is ambiguous | SCHEMA",
                "1267 | HY000 | Illegal mix of collations | SCHEMA",
                "1194 | HY000 | Table 'stock' is marked as crashed and should be repaired | SCHEMA",
                "1814 | HY000 | Tablespace has been discarded for table 'stock' | SCHEMA",
                "0 | S0022 | Column 'item' not found. | SCHEMA",
                "0 | | Unknown label 'item'. Possible value [id, amount] | SCHEMA",
                "1062 | 23000 | Duplicate entry | OTHER",
                "1045 | 28000 | Access denied for user | OTHER",
                "1064 | 42000 | You have an error in your SQL syntax | OTHER",
            })
    void whenAServerOrDriverReportsAnErrorShouldClassifyIt(int code, String state, String message, ErrorKind expected) {
        assertThat(ErrorClassifier.classify(new SQLException(message, state, code)))
                .isEqualTo(expected);
    }

    @Test
    void whenAnErrorHasNoStateOrMessageShouldClassifyItByItsType() {
        assertThat(ErrorClassifier.classify(new SQLException())).isEqualTo(ErrorKind.OTHER);
        assertThat(ErrorClassifier.classify(new SQLNonTransientConnectionException()))
                .isEqualTo(ErrorKind.CONNECTION_LOST);
    }

    @Test
    void whenAnErrorIsWrappedShouldClassifyItsCausesAndNextExceptions() {
        SQLException readOnly = new SQLException("--read-only", "HY000", 1290);
        BatchUpdateException batch = new BatchUpdateException("batch", null, 0, new int[0]);
        batch.setNextException(readOnly);
        assertThat(ErrorClassifier.classify(batch)).isEqualTo(ErrorKind.READ_ONLY_SERVER);

        SQLException lost = new SQLException("lost", "08S01", 0, new EOFException());
        assertThat(ErrorClassifier.classify(new SQLException("wrapper", null, 0, new IllegalStateException(lost))))
                .isEqualTo(ErrorKind.CONNECTION_LOST);
    }

    @Test
    void whenAStreamEndsUnexpectedlyShouldBeALostConnection() {
        assertThat(ErrorClassifier.classify(
                        new SQLException("Error retrieving record", "S1000", 0, new EOFException())))
                .isEqualTo(ErrorKind.CONNECTION_LOST);
    }

    @Test
    void whenAPoolTimesOutShouldNotBeALostConnection() {
        assertThat(ErrorClassifier.classify(
                        new SQLTransientConnectionException("pool - Connection is not available, request timed out")))
                .isEqualTo(ErrorKind.OTHER);
    }

    @Test
    void whenCausesAreCyclicShouldClassifyItAsOther() {
        SQLException a = new SQLException("a");
        SQLException b = new SQLException("b", a);
        a.setNextException(b);
        assertThat(ErrorClassifier.classify(a)).isEqualTo(ErrorKind.OTHER);
    }
}
