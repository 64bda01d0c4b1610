package io.github.replicationrouting.test.internal.sql;

/**
 * A user of the database servers.
 */
public record Account(String name, String password) {

    /** Returns the name only. */
    @Override
    public String toString() {
        return name;
    }
}
