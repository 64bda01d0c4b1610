package io.github.replicationrouting;

import io.github.replicationrouting.internal.consistency.Session;
import io.github.replicationrouting.internal.consistency.SessionRequirements;

/**
 * A value that represents what a session must see: its own commits, and nothing older than it has read. It can be sent
 * in a header or a message, so that the receiver reads what the sender has committed.
 *
 * <pre>{@code
 * message.setHeader("db-token", SessionToken.current().toString()); // sender, after its commit
 * SessionToken.parse(message.getHeader("db-token")).join();         // receiver, before its reads
 * }</pre>
 *
 * <p>By default a session is a thread, or in a web application a request; see {@code replication.routing.consistency}.
 *
 * <p>A token contains positions in the replication stream, no data and no secret. It is not signed: accept it from
 * trusted senders only, or let the router carry it, signed, in a cookie or header
 * ({@code replication.routing.consistency.carrier}). The token of another database is harmless: it sends reads to the
 * primary for about one probe interval. Immutable.
 */
public final class SessionToken {

    private final SessionRequirements requirements;

    private SessionToken(SessionRequirements requirements) {
        this.requirements = requirements;
    }

    /** Returns the token of the current thread's session. */
    public static SessionToken current() {
        return new SessionToken(Session.current().requirements());
    }

    /**
     * Parses a token.
     *
     * @param text the result of {@link #toString()}, in this process or another
     * @return the token
     * @throws IllegalArgumentException if the text is not a token
     */
    public static SessionToken parse(String text) {
        return new SessionToken(SessionRequirements.parse(text));
    }

    /** Clears the requirements of the current thread's session: its next read may go to any eligible replica. */
    public static void clear() {
        Session.current().clear();
    }

    /** Adds the requirements of this token to the current thread's session; its later reads satisfy both. */
    public void join() {
        Session.current().join(requirements);
    }

    /** Returns a token that has the requirements of both this token and another one. */
    public SessionToken and(SessionToken other) {
        return new SessionToken(requirements.and(other.requirements));
    }

    /** Returns whether this token requires nothing. */
    public boolean isEmpty() {
        return requirements.isEmpty();
    }

    /**
     * Returns the token as text, for {@link #parse(String)}: letters, digits, {@code -} and {@code _} only, so that it
     * is valid in headers and cookies; empty for an empty token.
     */
    @Override
    public String toString() {
        return requirements.toString();
    }
}
