package io.github.replicationrouting.test.internal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * The images that Docker has or can pull. A pull is attempted once, where Testcontainers retries for two minutes.
 */
final class DockerImages {

    private static final Logger logger = LoggerFactory.getLogger(DockerImages.class);

    private static final String COMMON_ARCHITECTURE = "amd64";

    private final DockerClient docker;

    private final Duration maxSilence;

    /** @param maxSilence the time without a report after which a pull has failed */
    DockerImages(DockerClient docker, Duration maxSilence) {
        this.docker = docker;
        this.maxSilence = maxSilence;
    }

    boolean has(DockerImageName image) {
        try {
            docker.inspectImageCmd(image.asCanonicalNameString()).exec();
            return true;
        } catch (NotFoundException ex) {
            return false;
        }
    }

    /** Returns Docker's error, shortened, null if the image is here now. */
    @Nullable
    String pull(DockerImageName image) {
        logger.info("Docker pulls the image {}; this takes a while, but only the first time", image);
        String error = end(command(image));
        // As Testcontainers does: where Docker can emulate, an image of another architecture is good enough.
        if (error != null
                && !COMMON_ARCHITECTURE.equals(docker.versionCmd().exec().getArch())) {
            String other = end(command(image).withPlatform("linux/" + COMMON_ARCHITECTURE));
            error = other == null ? null : error;
        }
        return error == null && !has(image) ? "Docker pulled it, but does not have it" : error;
    }

    // The client adds the credentials that Testcontainers would find for the image's registry.
    private PullImageCmd command(DockerImageName image) {
        return docker.pullImageCmd(image.getUnversionedPart()).withTag(image.getVersionPart());
    }

    private @Nullable String end(PullImageCmd command) {
        try {
            return command.exec(new Pull()).awaitEnd(maxSilence);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while Docker pulls " + command.getRepository(), ex);
        }
    }
}
