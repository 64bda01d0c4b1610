package io.github.replicationrouting.test.internal.sql;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a replica's threads.
 *
 * @param failed whether a thread has stopped because of an error and does not retry
 */
public record ReplicationStatus(boolean receiving, boolean applying, boolean failed, String error) {

    /**
     * @param receiver Yes, No, or the state of a receiver that is connecting
     * @param applier Yes or No
     */
    static ReplicationStatus of(
            @Nullable String receiver,
            @Nullable String receiverError,
            @Nullable String applier,
            @Nullable String applierError) {
        return new ReplicationStatus(
                "Yes".equals(receiver),
                "Yes".equals(applier),
                failed(receiver, receiverError) || failed(applier, applierError),
                Stream.of(text(receiverError), text(applierError))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    private static boolean failed(@Nullable String running, @Nullable String error) {
        return "No".equals(running) && !text(error).isEmpty();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text.strip();
    }

    /** Returns whether both threads run. */
    public boolean runs() {
        return receiving && applying;
    }

    @Override
    public String toString() {
        return "receiver %s, applier %s%s"
                .formatted(receiving ? "on" : "off", applying ? "on" : "off", error.isEmpty() ? "" : ": " + error);
    }
}
