package io.github.replicationrouting.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class CurrentIntentTest {

    @AfterEach
    void clearThread() {
        TransactionSynchronizationManager.clear();
    }

    @Test
    void readOnlyTransactionsRead() {
        inTransaction(true, true);

        assertThat(CurrentIntent.of(false, false)).isEqualTo(Intent.READ);
    }

    @Test
    void otherTransactionsWrite() {
        inTransaction(true, false);

        assertThat(CurrentIntent.of(false, false)).isEqualTo(Intent.WRITE);
    }

    @Test
    void supportsWithReadOnlyIsNoTransaction() {
        inTransaction(false, true);

        assertThat(CurrentIntent.of(true, false)).isEqualTo(Intent.OUTSIDE_TRANSACTION);
        assertThat(CurrentIntent.of(false, false)).isEqualTo(Intent.WRITE);
    }

    @Test
    void anotherManagersTransactionDoesNotCountInAutoCommit() {
        inTransaction(true, true);

        assertThat(CurrentIntent.of(true, false)).isEqualTo(Intent.OUTSIDE_TRANSACTION);
    }

    @Test
    void plainJdbcSaysItWithSetReadOnly() {
        assertThat(CurrentIntent.of(true, true)).isEqualTo(Intent.READ);
        assertThat(CurrentIntent.of(false, true)).isEqualTo(Intent.READ);
        assertThat(CurrentIntent.of(false, false)).isEqualTo(Intent.WRITE);
        assertThat(CurrentIntent.of(true, false)).isEqualTo(Intent.OUTSIDE_TRANSACTION);
    }

    private static void inTransaction(boolean active, boolean readOnly) {
        TransactionSynchronizationManager.setActualTransactionActive(active);
        TransactionSynchronizationManager.setCurrentTransactionReadOnly(readOnly);
    }
}
