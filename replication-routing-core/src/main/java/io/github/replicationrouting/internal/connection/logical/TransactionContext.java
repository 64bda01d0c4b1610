package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.internal.routing.CurrentAccess;
import io.github.replicationrouting.internal.routing.RetryContext;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The transaction that a logical connection is in: one that Spring manages, one of plain JDBC, or none. Records what
 * its statements may have written and committed. Used by one thread at a time.
 */
final class TransactionContext {

    private final RoutedConnection connection;
    private final ConnectionSettings settings;

    /** Whether a statement has begun the transaction at the server. */
    private boolean open;

    /** Whether the connection has been in a transaction of Spring's. */
    private boolean springManaged;

    /** Whether the transaction in progress is Spring's; null until that was determined. */
    private @Nullable Boolean ofSpring;

    /** Whether the connection left auto-commit while a transaction of Spring's was in progress. */
    private boolean leftAutoCommitInTransaction;

    /** Why the server rolled the transaction back; null while it did not. */
    private @Nullable Conflict conflict;

    private record Conflict(SQLException error, Decision decision) {}

    TransactionContext(RoutedConnection connection, ConnectionSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /** Returns how the next statement uses the data. */
    Access access() {
        return CurrentAccess.of(settings.autoCommit(), settings.readOnly(), isInSpringTransaction());
    }

    /** Whether what the connection does is part of a transaction that Spring manages. */
    boolean isInSpringTransaction() {
        if (!CurrentAccess.isInSpringTransaction(settings.autoCommit())) {
            return false;
        }
        Boolean known = ofSpring;
        if (known == null) {
            known = SpringTransactions.include(connection, !leftAutoCommitInTransaction);
            ofSpring = known;
        }
        return known;
    }

    /**
     * Returns how a call that any node can answer uses the data. A read-only transaction asks where its statements go;
     * whether it is Spring's need not be determined for that.
     */
    Access accessOfMetadata() {
        boolean known = ofSpring == null || ofSpring;
        boolean inSpringTransaction = known && CurrentAccess.isInSpringTransaction(settings.autoCommit());
        return CurrentAccess.of(settings.autoCommit(), settings.readOnly(), inSpringTransaction) == Access.READ
                ? Access.READ
                : Access.METADATA;
    }

    /** Returns how long the next lease is kept. */
    Lease.Scope scopeOfNextLease() {
        if (isInSpringTransaction()) {
            springManaged = true;
            return Lease.Scope.TRANSACTION;
        }
        return springManaged && settings.autoCommit() ? Lease.Scope.STATEMENT : Lease.Scope.CONNECTION;
    }

    boolean isOpen() {
        return open;
    }

    /** Records that a call out of auto-commit begins the transaction at the server. */
    void begin() {
        open = true;
    }

    /** Records that nothing is left open at the server. */
    void discard() {
        open = false;
        conflict = null;
    }

    /**
     * Records that the server rolled back the transaction, which it then has forgotten: the next statement would begin
     * another one, and the COMMIT of that would be taken for a COMMIT of all. In auto-commit nothing is open.
     */
    void rolledBackByServer(SQLException conflict, Decision decision) {
        if (open && this.conflict == null) {
            this.conflict = new Conflict(conflict, decision);
        }
    }

    /** Refuses a statement or the COMMIT of a transaction that the server rolled back. */
    void requireNotRolledBack() throws SQLException {
        if (conflict != null) {
            throw ErrorExplanation.rolledBackBefore(conflict.error(), conflict.decision());
        }
    }

    /**
     * Records that the transaction has ended at the server.
     *
     * @return whether its lease is retired, unless SQL text changed the session
     */
    boolean end() {
        open = false;
        conflict = null;
        springManaged |= isInSpringTransaction();
        return springManaged;
    }

    /** Has the next transaction determine anew whether it is Spring's. */
    void reset() {
        ofSpring = null;
    }

    /** Records that auto-commit is about to be set. */
    void autoCommitChanges(boolean autoCommit) {
        if (autoCommit != settings.autoCommit()) {
            ofSpring = null;
            leftAutoCommitInTransaction = !autoCommit && CurrentAccess.isInSpringTransaction(false);
        }
    }

    /** Whether what is executed on a lease may write. */
    boolean mayWrite(Lease lease) {
        return lease.isWritable() && !settings.readOnly();
    }

    /** Records that a statement is about to be executed. */
    void beforeExecution(Lease lease) {
        if (!settings.autoCommit()) {
            open = true;
        } else if (mayWrite(lease)) {
            RetryContext.committed();
        }
    }

    /** Records that a text is about to be executed, or to join a batch: it may commit implicitly. */
    void beforeText(Lease lease, String sql) {
        if (RetryContext.isUncommitted()
                && !settings.autoCommit()
                && mayWrite(lease)
                && ImplicitCommits.mayBeIn(sql, lease.physical().reportsCommits())) {
            RetryContext.committed();
        }
    }

    /** Records that a statement was executed, or has failed after a part of it. */
    void afterExecution(Lease lease) {
        if (!mayWrite(lease)) {
            lease.recorder().acknowledged(false);
        } else if (settings.autoCommit()) {
            lease.recorder().acknowledged(true);
        } else {
            lease.recorder().acknowledgedInTransaction();
        }
        lease.recorder().statementReturned();
    }
}
