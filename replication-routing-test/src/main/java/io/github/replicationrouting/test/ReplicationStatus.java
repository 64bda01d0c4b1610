package io.github.replicationrouting.test;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a replica says of its threads.
 *
 * @param gaveUp whether a thread ended by an error, rather than by order, and will not try again
 */
record ReplicationStatus(boolean receiving, boolean applying, boolean gaveUp, String error) {

    /**
     * @param receiver Yes, No, or a word for one that tries to connect
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
                gaveUp(receiver, receiverError) || gaveUp(applier, applierError),
                Stream.of(text(receiverError), text(applierError))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    private static boolean gaveUp(@Nullable String running, @Nullable String error) {
        return "No".equals(running) && !text(error).isEmpty();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text.strip();
    }

    boolean runs() {
        return receiving && applying;
    }

    @Override
    public String toString() {
        return "receiver %s, applier %s%s"
                .formatted(receiving ? "on" : "off", applying ? "on" : "off", error.isEmpty() ? "" : ": " + error);
    }
}
