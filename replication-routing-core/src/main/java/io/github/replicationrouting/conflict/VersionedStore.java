package io.github.replicationrouting.conflict;

import org.jspecify.annotations.Nullable;

/**
 * Access to rows with a version: an entity with JPA's {@code @Version}, an aggregate of Spring Data, or a row with a
 * version column that each update increments. {@link ConflictResolution} calls {@link #load} and {@link #save} in one
 * transaction.
 *
 * <p>Both throw a {@link org.springframework.dao.ConcurrencyFailureException} when the version has changed. Repositories
 * and {@code JpaTransactionManager} translate exceptions of JPA; a flush of an {@code EntityManager} in the application's
 * own code does not, and is therefore left to the COMMIT.
 *
 * @param <T> type of an entity or record
 */
public interface VersionedStore<T> {

    /**
     * Returns the version that an object was loaded with, compared by {@code equals}.
     *
     * @return the version, or null for an object that was never saved
     */
    @Nullable
    Object version(T loaded);

    /**
     * Loads what the database has now, as an object of its own: not from a cache, and not the object that the caller
     * already has from a persistence context.
     *
     * @param base what the user saw, for its id
     * @return the present state, or null when the row was deleted
     */
    @Nullable
    T load(T base);

    /**
     * Writes a change over the stored state, on the condition that the row still has the version of {@code stored}. With
     * JPA that is to copy the values to {@code stored}, and with Spring Data to save {@code changed} with the version of
     * {@code stored}. With plain JDBC the update names the version in its condition, and an update of no row throws
     * {@link org.springframework.dao.OptimisticLockingFailureException}.
     *
     * @param stored what {@link #load} returned in this transaction
     * @param changed what to write; its version is not necessarily that of {@code stored}. It may be written again by
     *     another attempt, so its values must stay the same
     * @return what is stored now
     */
    T save(T stored, T changed);
}
