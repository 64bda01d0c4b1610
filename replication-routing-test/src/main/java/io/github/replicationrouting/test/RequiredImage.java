package io.github.replicationrouting.test;

import org.testcontainers.utility.DockerImageName;

/**
 * An image that a cluster cannot do without.
 *
 * @param name as Docker is asked for it
 * @param purpose what it is, in front of its name in a sentence
 * @param remedy a sentence that says what to do without it
 */
record RequiredImage(DockerImageName name, String purpose, String remedy) {

    @Override
    public String toString() {
        return purpose + " " + name.asCanonicalNameString();
    }
}
