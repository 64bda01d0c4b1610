package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads and writes the text of a session token: for each router its name and what is required, as lines of
 * {@code key value}, in Base64 for URLs. The key of a position is the name of the dialect that parses it; where none
 * does, the time of the commit is written instead. The time of the last read is rounded up to a quarter of a second, so
 * that a token changes less often than it is used.
 */
final class TokenFormat {

    private static final String VERSION = "1";
    private static final Dialects DIALECTS = Dialects.standard();
    private static final int MAX_CHARACTERS = 8_192;
    private static final long READ_RESOLUTION = 250_000_000;

    private TokenFormat() {}

    static String write(Map<String, ReadRequirement> byRouter) {
        StringBuilder text = new StringBuilder();
        byRouter.forEach((router, requirement) -> write(text, router, requirement));
        return text.isEmpty()
                ? ""
                : Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString((VERSION + text).getBytes(StandardCharsets.UTF_8));
    }

    private static void write(StringBuilder text, String router, ReadRequirement requirement) {
        if (requirement.isEmpty()) {
            return;
        }
        line(text, "router", router);
        Position commits = requirement.commits();
        ReplicationDialect dialect = commits == null ? null : DIALECTS.forPosition(commits);
        if (dialect != null) {
            line(text, dialect.name(), commits + "@" + ProcessTimestamp.format(requirement.commitsAt()));
        } else if (commits != null) {
            line(text, "at", ProcessTimestamp.format(requirement.commitsAt()));
        }
        if (requirement.hasUntracked()) {
            boolean mayBeInProgress = requirement.untrackedAt() - System.nanoTime() > 0;
            line(text, mayBeInProgress ? "doubt" : "at", ProcessTimestamp.format(requirement.untrackedAt()));
        }
        for (ObservedRead read : requirement.reads().byNode()) {
            long rounded = Math.floorDiv(read.at() + READ_RESOLUTION - 1, READ_RESOLUTION) * READ_RESOLUTION;
            line(text, "seen", (read.node() == null ? "" : read.node()) + "@" + ProcessTimestamp.format(rounded));
        }
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append('\n').append(key).append(' ').append(value);
    }

    static Map<String, ReadRequirement> read(String token) {
        if (token.isEmpty()) {
            return Map.of();
        }
        if (token.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("not a session token: longer than " + MAX_CHARACTERS + " characters");
        }
        String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(VERSION)) {
            throw new IllegalArgumentException("not a session token, or one of another version");
        }
        Map<String, ReadRequirement> byRouter = new HashMap<>();
        String router = null;
        for (int i = 1; i < lines.length; i++) {
            int space = lines[i].indexOf(' ');
            if (space < 0) {
                throw new IllegalArgumentException("not a session token: a line without a value");
            }
            String key = lines[i].substring(0, space);
            String value = lines[i].substring(space + 1);
            if (key.equals("router")) {
                router = value;
            } else if (router == null) {
                throw new IllegalArgumentException("not a session token: it begins with no router");
            } else {
                byRouter.put(router, add(byRouter.getOrDefault(router, ReadRequirement.NONE), key, value));
            }
        }
        return Map.copyOf(byRouter);
    }

    /** Adds a read; its time was rounded up, but never lies in the future. */
    private static ReadRequirement withRead(ReadRequirement requirement, String node, long rounded) {
        long now = System.nanoTime();
        long at = rounded - now > 0 ? now : rounded;
        ObservedRead read = new ObservedRead(node.isEmpty() ? null : node, at, null);
        return requirement.reading(reads -> reads.with(read, other -> false, ObservedRead.BEGINS_ANEW));
    }

    private static ReadRequirement add(ReadRequirement requirement, String key, String value) {
        if (key.equals("at")) {
            return requirement.committed(ProcessTimestamp.parse(value));
        }
        if (key.equals("doubt")) {
            return requirement.committed(ProcessTimestamp.parse(value, ReadRequirement.MAX_COMMIT));
        }
        int at = value.lastIndexOf('@');
        if (at < 0) {
            throw new IllegalArgumentException("not a session token: a value without a time");
        }
        String what = value.substring(0, at);
        String time = value.substring(at + 1);
        if (key.equals("seen")) {
            return withRead(requirement, what, ProcessTimestamp.parse(time, READ_RESOLUTION));
        }
        ReplicationDialect dialect = DIALECTS.find(key);
        if (dialect == null) {
            throw new IllegalArgumentException("not a session token: unknown part");
        }
        return requirement.committed(dialect.parsePosition(what), ProcessTimestamp.parse(time));
    }
}
