package io.github.replicationrouting.settings;

/** Scope of a session, as described in the log line at the start. */
public enum SessionScope {
    /** A thread, until its session is cleared. */
    THREAD("within one thread"),
    /** One web request: no carrier takes the session to the next one. */
    REQUEST("within one request (no carrier)"),
    /** An HTTP session; a request without one is a session of its own. */
    HTTP_SESSION("across requests (HTTP session, where there is one)"),
    /** The requests that carry the token in a signed cookie. */
    COOKIE("across requests (signed cookie)"),
    /** The requests that carry the token in a signed header. */
    HEADER("across requests (signed header)");

    private final String description;

    SessionScope(String description) {
        this.description = description;
    }

    @Override
    public String toString() {
        return description;
    }
}
