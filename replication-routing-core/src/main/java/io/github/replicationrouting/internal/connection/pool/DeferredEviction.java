package io.github.replicationrouting.internal.connection.pool;

import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.replicationrouting.internal.connection.physical.ClosedConnectionException;
import io.github.replicationrouting.spi.ErrorKind;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a connection that is lost, or whose server is unfit, to its holder instead of having HikariCP evict it: the
 * holder knows intent and phase, may retry its work elsewhere, and evicts the connection when it is released. HikariCP
 * would close it immediately, and log a stack trace for each although no caller saw a failure. The application's own
 * override decides first. Thread-safe.
 */
final class DeferredEviction implements SQLExceptionOverride {

    private final @Nullable SQLExceptionOverride own;
    private final Function<SQLException, ErrorKind> classifier;

    /**
     * @param own the application's, or null
     * @param classifier what an error of this node means
     */
    DeferredEviction(@Nullable SQLExceptionOverride own, Function<SQLException, ErrorKind> classifier) {
        this.own = own;
        this.classifier = classifier;
    }

    @java.lang.Override
    public Override adjudicate(SQLException error) {
        Override verdict = own == null ? Override.CONTINUE_EVICT : own.adjudicate(error);
        return verdict == Override.CONTINUE_EVICT && isForHolder(error) ? Override.DO_NOT_EVICT : verdict;
    }

    /** Connector/J also reports a rollback in auto-commit as 08003, which is left to HikariCP. */
    private boolean isForHolder(SQLException error) {
        return "08003".equals(error.getSQLState())
                ? error instanceof ClosedConnectionException
                : classifier.apply(error).isLoss();
    }
}
