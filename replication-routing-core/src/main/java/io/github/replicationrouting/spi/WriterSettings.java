package io.github.replicationrouting.spi;

/**
 * The settings of a server that must differ where several servers replicate from each other. Immutable.
 *
 * @param serverId number by which servers recognize their own changes ({@code server_id})
 * @param increment distance between two values that it generates for an {@code AUTO_INCREMENT} column
 * @param offset first of these values; ignored by the server where it is above {@code increment}
 */
public record WriterSettings(long serverId, long increment, long offset) {

    /** @throws IllegalArgumentException when increment or offset is not positive */
    public WriterSettings {
        if (increment < 1 || offset < 1) {
            throw new IllegalArgumentException(
                    "auto-increment settings must be positive: increment " + increment + ", offset " + offset);
        }
    }
}
