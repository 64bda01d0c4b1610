package io.github.replicationrouting.internal.consistency;

import java.util.HashMap;
import java.util.Map;

/** The requirements of one session, by router: what a session token carries. Immutable. */
public final class SessionRequirements {

    private final Map<String, ReadRequirement> byRouter;

    SessionRequirements(Map<String, ReadRequirement> byRouter) {
        this.byRouter = Map.copyOf(byRouter);
    }

    /**
     * Parses the text of a token.
     *
     * @throws IllegalArgumentException if the text is not what {@link #toString()} returned, in this process or another
     */
    public static SessionRequirements parse(String text) {
        return new SessionRequirements(TokenFormat.read(text));
    }

    /** Returns requirements that are met only where these and the others are met. */
    public SessionRequirements and(SessionRequirements other) {
        Map<String, ReadRequirement> both = new HashMap<>(byRouter);
        other.byRouter.forEach((router, requirement) -> both.merge(router, requirement, ReadRequirement::and));
        return new SessionRequirements(both);
    }

    /** Returns whether nothing is required. */
    public boolean isEmpty() {
        return byRouter.isEmpty();
    }

    Map<String, ReadRequirement> byRouter() {
        return byRouter;
    }

    /** Returns letters, digits, {@code -} and {@code _} only; empty if nothing is required. */
    @Override
    public String toString() {
        return TokenFormat.write(byRouter);
    }
}
