package io.github.replicationrouting.test.internal.docker;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ImageNameSubstitutor;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * Whether Docker can run a cluster's servers here. Checks the images before Testcontainers does, which retries for minutes where an
 * image is not available.
 */
public final class DockerAvailability {

    private static final Logger logger = LoggerFactory.getLogger(DockerAvailability.class);

    /** By image, for a whole JVM: a pull that fails may be slow, and many test classes need the answer. */
    private static final Map<String, Optional<String>> answers = new ConcurrentHashMap<>();

    private DockerAvailability() {}

    /** Returns why servers of this image cannot run in Docker here, null when they can. */
    public static @Nullable String unavailable(ServerImage image) {
        return answers.computeIfAbsent(image.imageName(), name -> checkAndLog(image))
                .orElse(null);
    }

    // Build tools count skipped tests, but few of them show the reason.
    private static Optional<String> checkAndLog(ServerImage image) {
        Optional<String> answer = check(image);
        answer.ifPresent(logger::warn);
        return answer;
    }

    private static Optional<String> check(ServerImage image) {
        List<RequiredImage> required = required(image);
        TransportConfig transport;
        try {
            transport = DockerClientFactory.instance().getTransportConfig();
        } catch (IllegalStateException ex) {
            return Optional.of("Testcontainers finds no Docker, and the %s cluster runs in Docker".formatted(image));
        }
        try (DockerClient docker = DockerClientProviderStrategy.getClientForConfig(transport)) {
            String missing = new RequiredImages(new DockerImages(docker, maxSilence()), required).missing();
            return missing == null ? checkTestcontainers(image) : Optional.of(missing);
        } catch (IOException ex) {
            throw new IllegalStateException("Cannot close the connection to Docker", ex);
        }
    }

    private static Optional<String> checkTestcontainers(ServerImage image) {
        try {
            DockerClientFactory.instance().client();
            return Optional.empty();
        } catch (RuntimeException ex) {
            logger.debug("Testcontainers cannot use Docker", ex);
            return Optional.of("Testcontainers cannot use Docker, in which the %s cluster runs (%s)"
                    .formatted(image, Pull.shorten(ex)));
        }
    }

    private static List<RequiredImage> required(ServerImage image) {
        List<RequiredImage> required = new ArrayList<>();
        required.add(new RequiredImage(
                substitute(image.imageName()),
                "The %s cluster's image".formatted(image),
                "The system property %s names another image".formatted(image.property())));
        HelperImage.name()
                .ifPresent(name -> required.add(new RequiredImage(
                        substitute(name),
                        "Testcontainers' helper image",
                        "The environment variable %s=true does without it".formatted(HelperImage.DISABLED))));
        return required;
    }

    private static DockerImageName substitute(String name) {
        return ImageNameSubstitutor.instance().apply(DockerImageName.parse(name));
    }

    private static Duration maxSilence() {
        return Duration.ofSeconds(TestcontainersConfiguration.getInstance().getImagePullPauseTimeout());
    }
}
