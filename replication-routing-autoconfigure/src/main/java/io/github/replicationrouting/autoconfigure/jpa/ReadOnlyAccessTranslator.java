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
 * Has repositories over JPA throw for a refused write or lock what they throw over JDBC. Comes before the translator of
 * the persistence provider, which knows no category for it.
 */
final class ReadOnlyAccessTranslator implements PersistenceExceptionTranslator, Ordered {

    /** Wrappers wrap a few times; beyond that it is a loop of their making. */
    private static final int MAX_LINKS = 16;

    @Override
    public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException failure) {
        if (failure instanceof PersistenceException) {
            Throwable link = failure;
            for (int i = 0; i < MAX_LINKS && link != null; i++) {
                ReadOnlyAccessException refusal = refusal(link);
                if (refusal != null) {
                    return new InvalidDataAccessApiUsageException(String.valueOf(refusal.getMessage()), failure);
                }
                link = link.getCause();
            }
        }
        return null;
    }

    /** A batch has it beside its update counts. */
    private static @Nullable ReadOnlyAccessException refusal(Throwable link) {
        if (link instanceof ReadOnlyAccessException refusal) {
            return refusal;
        }
        return link instanceof SQLException error && error.getNextException() instanceof ReadOnlyAccessException refusal
                ? refusal
                : null;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
