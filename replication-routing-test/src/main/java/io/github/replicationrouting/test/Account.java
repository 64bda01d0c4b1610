package io.github.replicationrouting.test;

/**
 * A user of the database servers.
 */
record Account(String name, String password) {

    /** Says the name only. */
    @Override
    public String toString() {
        return name;
    }
}
