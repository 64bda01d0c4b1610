package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.ReadOnlyAccessException;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

class ErrorExplanationTest {

    private final SQLException readOnlyServer = new SQLException("--read-only", "HY000", 1290);
    private final SQLException readOnlyTransaction = new SQLException("READ ONLY transaction", "25006", 1792);
    private final SQLException refusedByDriver = new SQLException("Connection is read-only", "S1009");

    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/shop"));
    private final Decision replica = new Decision(db1, DecisionReason.REPLICA_SELECTED, false);
    private final Decision primary = new Decision(db1, DecisionReason.READ_WRITE, true);

    @Test
    void whenAReadOnlyTransactionWritesShouldThrowTheSameErrorForAllServersAndDrivers() {
        for (SQLException error : new SQLException[] {readOnlyTransaction, refusedByDriver}) {
            assertReadOnlyAccess(
                    ErrorExplanation.explain(error, ErrorKind.READ_ONLY_TRANSACTION, Access.READ, replica), error);
        }
        assertReadOnlyAccess(
                ErrorExplanation.explain(readOnlyServer, ErrorKind.READ_ONLY_SERVER, Access.READ, replica),
                readOnlyServer);
    }

    private static AbstractThrowableAssert<?, ?> assertError(Throwable error) {
        return assertThat(error);
    }

    private static void assertReadOnlyAccess(SQLException explained, SQLException cause) {
        assertError(explained)
                .isInstanceOf(ReadOnlyAccessException.class)
                .hasCause(cause)
                .hasMessageStartingWith(
                        "A write in a read-only transaction, which runs on node db1 (replica-selected).")
                .hasMessageEndingWith("[" + cause.getMessage() + "]");
        assertThat(explained.getSQLState()).isEqualTo("25006");
        assertThat(explained.getErrorCode()).isEqualTo(1792);
        assertThat(new SQLExceptionSubclassTranslator().translate("insert", null, explained))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    @Test
    void whenABatchFailsShouldKeepItsCountsAndLetSpringTranslateIt() {
        BatchUpdateException batch =
                new BatchUpdateException("READ ONLY transaction", "25006", 1792, new int[] {-3}, readOnlyTransaction);
        SQLException explained = ErrorExplanation.explain(batch, ErrorKind.READ_ONLY_TRANSACTION, Access.READ, replica);
        assertError(explained)
                .isInstanceOfSatisfying(BatchUpdateException.class, failure -> assertThat(failure.getUpdateCounts())
                        .containsExactly(-3));
        assertThat(explained.getSQLState()).isEqualTo("25006");
        assertError(explained.getNextException()).isInstanceOf(ReadOnlyAccessException.class);
        assertThat(new SQLExceptionSubclassTranslator().translate("insert", null, explained))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    @Test
    void whenOutsideATransactionShouldNotMentionATransaction() {
        Decision outside = new Decision(db1, DecisionReason.OUTSIDE_TRANSACTION, false);
        assertError(ErrorExplanation.explain(
                        readOnlyServer, ErrorKind.READ_ONLY_SERVER, Access.OUTSIDE_TRANSACTION, outside))
                .isInstanceOf(ReadOnlyAccessException.class)
                .hasMessageContaining("reads.outside-transaction=replica")
                .hasMessageNotContaining("read-only transaction");
        // On the primary it is one that SQL text began.
        assertError(ErrorExplanation.explain(
                        readOnlyTransaction,
                        ErrorKind.READ_ONLY_TRANSACTION,
                        Access.OUTSIDE_TRANSACTION,
                        new Decision(db1, DecisionReason.OUTSIDE_TRANSACTION, true)))
                .hasMessageStartingWith("A write in a read-only transaction");
    }

    @Test
    void whenThereIsNoPrimaryShouldExplainThatTheNodeReplacesIt() {
        assertError(ErrorExplanation.explain(
                        readOnlyServer,
                        ErrorKind.READ_ONLY_SERVER,
                        Access.METADATA,
                        new Decision(db1, DecisionReason.METADATA_WITHOUT_PRIMARY, false)))
                .isInstanceOf(ReadOnlyAccessException.class)
                .hasMessageContaining("serves in place of the primary while there is none");
    }

    @Test
    void whenTheNodeWasRequestedByNameShouldNotMentionAFormerPrimary() {
        assertError(ErrorExplanation.explain(
                        readOnlyServer,
                        ErrorKind.READ_ONLY_SERVER,
                        Access.OUTSIDE_TRANSACTION,
                        new Decision(db1, DecisionReason.NODE_REQUESTED, true)))
                .isInstanceOf(ReadOnlyAccessException.class)
                .hasMessageContaining("requested by name")
                .hasMessageNotContaining("was the primary");
    }

    /** The same transaction will succeed on the next primary. */
    @Test
    void whenTheNodeIsNoLongerThePrimaryShouldThrowATransientError() {
        SQLException explained =
                ErrorExplanation.explain(readOnlyServer, ErrorKind.READ_ONLY_SERVER, Access.WRITE, primary);
        assertError(explained)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("it was the primary when this transaction began")
                .hasCause(readOnlyServer);
        assertThat(explained.getErrorCode()).isEqualTo(1290);
        assertThat(new SQLExceptionSubclassTranslator().translate("insert", null, explained))
                .isInstanceOf(TransientDataAccessResourceException.class);
    }

    @Test
    void whenThereIsNothingToExplainShouldReturnTheError() {
        SQLException other = new SQLException("Unknown column", "42S22", 1054);
        assertError(ErrorExplanation.explain(other, ErrorKind.OTHER, Access.READ, replica))
                .isSameAs(other);
    }
}
