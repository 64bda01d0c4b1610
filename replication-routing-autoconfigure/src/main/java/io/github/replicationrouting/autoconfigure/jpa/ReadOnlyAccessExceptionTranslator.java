package io.github.replicationrouting.autoconfigure.jpa;

import io.github.replicationrouting.ReadOnlyAccessException;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.support.PersistenceExceptionTranslator;

/**
 * Translates a refused write or lock into the exception that repositories over JDBC throw for it. Ordered before the
 * translator of the persistence provider, which has no category for it.
 */
final class ReadOnlyAccessExceptionTranslator implements PersistenceExceptionTranslator, Ordered {

    /** Limits the search in case the causes form a loop. */
    private static final int MAX_CAUSES = 16;

    @Override
    public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException failure) {
        if (failure instanceof PersistenceException) {
            Throwable cause = failure;
            for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
                ReadOnlyAccessException refusal = refusal(cause);
                if (refusal != null) {
                    return new InvalidDataAccessApiUsageException(String.valueOf(refusal.getMessage()), failure);
                }
                cause = cause.getCause();
            }
        }
        return null;
    }

    /** Returns the refusal that the cause is or, in a batch, that follows it as next exception. */
    private static @Nullable ReadOnlyAccessException refusal(Throwable cause) {
        if (cause instanceof ReadOnlyAccessException refusal) {
            return refusal;
        }
        return cause instanceof SQLException error
                        && error.getNextException() instanceof ReadOnlyAccessException refusal
                ? refusal
                : null;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
