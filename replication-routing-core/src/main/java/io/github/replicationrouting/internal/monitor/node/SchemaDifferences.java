package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.errors.SchemaErrors.SchemaError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The errors that one node alone answers statements with. Changed by what {@code SchemaErrors} finds alone. */
public final class SchemaDifferences {

    /** By the key of the error, the newest last. */
    private final Map<String, Difference> differences = new LinkedHashMap<>();

    /** @param until when reads are sent to the node again */
    private record Difference(int code, long until) {

        boolean isOver(long now) {
            return now - until >= 0;
        }
    }

    public void add(SchemaError error, long until, long now) {
        differences.values().removeIf(past -> past.isOver(now));
        differences.remove(error.key());
        differences.put(error.key(), new Difference(error.code(), until));
    }

    public void remove(SchemaError error) {
        differences.remove(error.key());
    }

    /** Why reads avoid the node for its schema now, as text; null when they do not. */
    @Nullable
    String reason(long now) {
        Difference newest = null;
        for (Difference difference : differences.values()) {
            newest = difference.isOver(now) ? newest : difference;
        }
        return newest == null
                ? null
                : "it alone answers statements with error " + newest.code + ", as where its schema differs";
    }
}
