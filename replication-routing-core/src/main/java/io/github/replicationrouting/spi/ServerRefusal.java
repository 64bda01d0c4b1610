package io.github.replicationrouting.spi;

/**
 * Why a server does not let a connection in, or ends one, although it can be reached.
 *
 * @param kind what follows from it
 * @param reason the reason, as logs and the endpoint show it; never text of the server or driver, which may quote accounts,
 *     addresses, statements or data
 */
public record ServerRefusal(Kind kind, String reason) {

    /** What follows from a refusal. */
    public enum Kind {
        /** The server shuts down or is offline, for every account: the node is not reachable. */
        GOING_DOWN,
        /** The server has no connection left for any account: load, which passes. */
        OVERLOADED,
        /** The account has no connection left; another account may have one. */
        ACCOUNT_LIMIT,
        /** Login, privileges, database or TLS settings are wrong, which does not pass by itself. */
        MISCONFIGURED
    }
}
