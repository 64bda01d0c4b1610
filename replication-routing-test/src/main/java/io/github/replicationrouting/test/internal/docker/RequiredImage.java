package io.github.replicationrouting.test.internal.docker;

import org.testcontainers.utility.DockerImageName;

/**
 * An image that a cluster needs.
 *
 * @param name the name that Docker pulls it by
 * @param purpose what the image is, placed before its name in an error message
 * @param remedy a sentence on what to do when it is missing
 */
record RequiredImage(DockerImageName name, String purpose, String remedy) {

    @Override
    public String toString() {
        return purpose + " " + name.asCanonicalNameString();
    }
}
