package io.github.replicationrouting.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.Access;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class CurrentAccessTest {

    @AfterEach
    void clearThread() {
        TransactionSynchronizationManager.clear();
    }

    @Test
    void whenTheTransactionIsReadOnlyShouldRead() {
        inTransaction(true, true);

        assertThat(CurrentAccess.of(false, false)).isEqualTo(Access.READ);
    }

    @Test
    void whenTheTransactionIsNotReadOnlyShouldWrite() {
        inTransaction(true, false);

        assertThat(CurrentAccess.of(false, false)).isEqualTo(Access.WRITE);
    }

    @Test
    void whenNoTransactionIsActiveShouldIgnoreReadOnly() {
        inTransaction(false, true);

        assertThat(CurrentAccess.of(true, false)).isEqualTo(Access.OUTSIDE_TRANSACTION);
        assertThat(CurrentAccess.of(false, false)).isEqualTo(Access.WRITE);
    }

    @Test
    void whenInAutoCommitShouldIgnoreTheTransactionOfAnotherManager() {
        inTransaction(true, true);

        assertThat(CurrentAccess.of(true, false)).isEqualTo(Access.OUTSIDE_TRANSACTION);
    }

    @Test
    void whenTheConnectionIsReadOnlyShouldRead() {
        assertThat(CurrentAccess.of(true, true)).isEqualTo(Access.READ);
        assertThat(CurrentAccess.of(false, true)).isEqualTo(Access.READ);
        assertThat(CurrentAccess.of(false, false)).isEqualTo(Access.WRITE);
        assertThat(CurrentAccess.of(true, false)).isEqualTo(Access.OUTSIDE_TRANSACTION);
    }

    private static void inTransaction(boolean active, boolean readOnly) {
        TransactionSynchronizationManager.setActualTransactionActive(active);
        TransactionSynchronizationManager.setCurrentTransactionReadOnly(readOnly);
    }
}
