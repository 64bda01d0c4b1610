package io.github.replicationrouting.settings;

/** The scope of a session, as described in the start-up log line. */
public enum SessionScope {
    /** Outside web requests: until the session of the thread is cleared. */
    THREAD("within one thread"),
    REQUEST("within one request (no carrier)"),
    /** A request without an HTTP session is a session of its own. */
    HTTP_SESSION("across requests (HTTP session, where there is one)"),
    COOKIE("across requests (signed cookie)"),
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
