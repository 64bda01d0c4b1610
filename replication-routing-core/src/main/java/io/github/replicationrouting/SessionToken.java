package io.github.replicationrouting;

import io.github.replicationrouting.internal.consistency.Session;
import io.github.replicationrouting.internal.consistency.SessionRequirements;

/**
 * What a session must see, as a value that can be sent along in a header or a message, so that its consumer sees what
 * the producer has committed.
 *
 * <pre>{@code
 * message.setHeader("db-token", SessionToken.current().toString()); // by the producer, after its commit
 * SessionToken.parse(message.getHeader("db-token")).join();         // by the consumer, before its reads
 * }</pre>
 *
 * <p>Holds positions in the replication stream, no data and no secret. It is not signed: accept it from trusted senders
 * only, or let the router carry it, signed, in a cookie or header. A token of another database is harmless: for about
 * one probe interval it sends reads to the primary. Immutable.
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
     * @param text what {@link #toString()} returned, in this process or another
     * @throws IllegalArgumentException if it is anything else
     */
    public static SessionToken parse(String text) {
        return new SessionToken(SessionRequirements.parse(text));
    }

    /** Clears what the current thread's session must see. */
    public static void clear() {
        Session.current().clear();
    }

    /** Makes the current thread's session see everything that this token names, from now on. */
    public void join() {
        Session.current().join(requirements);
    }

    /** Returns a token that names everything that this and another token name. */
    public SessionToken and(SessionToken other) {
        return new SessionToken(requirements.and(other.requirements));
    }

    /** Returns whether this token requires nothing. */
    public boolean isEmpty() {
        return requirements.isEmpty();
    }

    /** Returns letters, digits, {@code -} and {@code _} only, fit for headers and cookies; empty for an empty token. */
    @Override
    public String toString() {
        return requirements.toString();
    }
}
