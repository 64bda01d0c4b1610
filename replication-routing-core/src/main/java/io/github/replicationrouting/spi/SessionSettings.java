package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/**
 * Settings of a session as its server has them.
 *
 * @param autoCommit whether each statement commits by itself
 * @param readOnly whether new transactions are read-only
 * @param isolation isolation level of new transactions, one of the constants of {@link java.sql.Connection}
 */
public record SessionSettings(boolean autoCommit, boolean readOnly, int isolation) {

    /**
     * Settings that are to be changed; null leaves one as it is.
     *
     * @param readOnly whether new transactions are read-only
     * @param isolation isolation level of new transactions, one of the constants of {@link java.sql.Connection}
     * @param autoCommit whether each statement commits by itself; true commits an open transaction
     */
    public record Change(
            @Nullable Boolean readOnly,
            @Nullable Integer isolation,
            @Nullable Boolean autoCommit) {

        /** Returns whether nothing is to be changed. */
        public boolean isEmpty() {
            return readOnly == null && isolation == null && autoCommit == null;
        }

        /** Returns the same change without auto-commit, for a driver that changes it itself. */
        public Change withoutAutoCommit() {
            return new Change(readOnly, isolation, null);
        }
    }
}
