package io.github.replicationrouting.connection.pool;

import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.replicationrouting.dialect.ErrorKind;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has HikariCP close a connection whose server is leaving or unfit, which HikariCP's own rules do not know. It says
 * nothing about the node: that is judged where intent and phase are known, and so is a server that is read-only, where a
 * read-only transaction goes on and any other gives its connection up. The application's own override decides first.
 * Thread-safe.
 */
final class EvictUnfit implements SQLExceptionOverride {

    private final @Nullable SQLExceptionOverride own;
    private final Function<SQLException, ErrorKind> classifier;

    /**
     * @param own the application's, or null
     * @param classifier what an error of this node means
     */
    EvictUnfit(@Nullable SQLExceptionOverride own, Function<SQLException, ErrorKind> classifier) {
        this.own = own;
        this.classifier = classifier;
    }

    @java.lang.Override
    public Override adjudicate(SQLException error) {
        Override verdict = own == null ? Override.CONTINUE_EVICT : own.adjudicate(error);
        return verdict == Override.CONTINUE_EVICT && isUnfit(error) ? Override.MUST_EVICT : verdict;
    }

    private boolean isUnfit(SQLException error) {
        ErrorKind kind = classifier.apply(error);
        return kind == ErrorKind.NODE_UNFIT || kind == ErrorKind.CONNECTION_LOST;
    }
}
