package io.github.replicationrouting.internal.consistency;

/** How far a session reaches, in what the router says at the start. */
public enum SessionScope {
    /** No web request: until the thread's session is cleared. */
    THREAD("within one thread"),
    REQUEST("within one request (no carrier)"),
    /** Requests without one are sessions of their own. */
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
