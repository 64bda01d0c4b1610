package io.github.replicationrouting.consistency;

import java.util.HashMap;
import java.util.Map;

/**
 * What a session must see, as a value that can be sent along: in a header, or with a message, so that whoever reads what
 * it names finds it.
 *
 * <pre>{@code
 * message.setHeader("db-token", SessionToken.current().toString()); // by the producer, after its commit
 * SessionToken.parse(message.getHeader("db-token")).join();         // by the consumer, before its reads
 * }</pre>
 *
 * <p>Holds positions in the replication stream, no data and no secret. It is not signed: take it from those you trust, or
 * have the router carry it, signed, in a cookie or header. A token of another database is harmless, and costs some reads
 * of one probe interval a turn at the primary. Immutable.
 */
public final class SessionToken {

    private final Map<String, Requirement> byRouter;

    SessionToken(Map<String, Requirement> byRouter) {
        this.byRouter = byRouter;
    }

    /** The token of this thread's session. */
    public static SessionToken current() {
        return Session.current().token();
    }

    /**
     * Reads a token.
     *
     * @param text what {@link #toString()} gave, in this process or another
     * @throws IllegalArgumentException when it is anything else
     */
    public static SessionToken parse(String text) {
        return new SessionToken(TokenFormat.read(text));
    }

    /** Forgets what this thread's session must see. */
    public static void clear() {
        Session.current().clear();
    }

    /** Lets this thread's session see all that this token names, from now on. */
    public void join() {
        Session.current().join(this);
    }

    /** What names all that this and another token name. */
    public SessionToken and(SessionToken other) {
        Map<String, Requirement> both = new HashMap<>(byRouter);
        other.byRouter.forEach((router, requirement) -> both.merge(router, requirement, Requirement::and));
        return new SessionToken(Map.copyOf(both));
    }

    /** Whether it asks for nothing. */
    public boolean isEmpty() {
        return byRouter.isEmpty();
    }

    Map<String, Requirement> byRouter() {
        return byRouter;
    }

    /** Letters, digits, {@code -} and {@code _} only; fit for headers and cookies. Empty for an empty token. */
    @Override
    public String toString() {
        return TokenFormat.write(byRouter);
    }
}
