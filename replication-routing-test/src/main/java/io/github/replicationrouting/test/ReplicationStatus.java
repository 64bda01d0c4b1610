package io.github.replicationrouting.test;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a replica says of its threads.
 */
record ReplicationStatus(boolean receiving, boolean applying, String error) {

    static String error(@Nullable String receiver, @Nullable String applier) {
        return Stream.of(receiver, applier)
                .filter(Objects::nonNull)
                .filter(text -> !text.isBlank())
                .collect(Collectors.joining("; "));
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
