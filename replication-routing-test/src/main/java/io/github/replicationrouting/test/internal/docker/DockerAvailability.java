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
 * Whether Docker can run MySQL here. Checks the images before Testcontainers does, which retries for minutes where an
 * image is not available.
 */
public final class DockerAvailability {

    private static final Logger logger = LoggerFactory.getLogger(DockerAvailability.class);

    /** By image, for a whole JVM: a pull that fails may be slow, and many test classes need the answer. */
    private static final Map<String, Optional<String>> answers = new ConcurrentHashMap<>();

    private DockerAvailability() {}

    /** Returns why MySQL cannot run in Docker here, null when it can. */
    public static @Nullable String unavailable() {
        String mysqlImage = MySqlImage.name();
        return answers.computeIfAbsent(mysqlImage, DockerAvailability::checkAndLog)
                .orElse(null);
    }

    // Build tools count skipped tests, but few of them show the reason.
    private static Optional<String> checkAndLog(String mysqlImage) {
        Optional<String> answer = check(mysqlImage);
        answer.ifPresent(logger::warn);
        return answer;
    }

    private static Optional<String> check(String mysqlImage) {
        List<RequiredImage> required = required(mysqlImage);
        TransportConfig transport;
        try {
            transport = DockerClientFactory.instance().getTransportConfig();
        } catch (IllegalStateException ex) {
            return Optional.of("Testcontainers finds no Docker, and the MySQL cluster runs in Docker");
        }
        try (DockerClient docker = DockerClientProviderStrategy.getClientForConfig(transport)) {
            String missing = new RequiredImages(new DockerImages(docker, maxSilence()), required).missing();
            return missing == null ? checkTestcontainers() : Optional.of(missing);
        } catch (IOException ex) {
            throw new IllegalStateException("Cannot close the connection to Docker", ex);
        }
    }

    private static Optional<String> checkTestcontainers() {
        try {
            DockerClientFactory.instance().client();
            return Optional.empty();
        } catch (RuntimeException ex) {
            logger.debug("Testcontainers cannot use Docker", ex);
            return Optional.of("Testcontainers cannot use Docker, in which the MySQL cluster runs (%s)"
                    .formatted(Pull.shorten(ex)));
        }
    }

    private static List<RequiredImage> required(String mysqlImage) {
        List<RequiredImage> required = new ArrayList<>();
        required.add(new RequiredImage(
                substitute(mysqlImage),
                "The MySQL cluster's image",
                "The system property %s names another image".formatted(MySqlImage.PROPERTY)));
        HelperImage.name()
                .ifPresent(name -> required.add(new RequiredImage(
                        substitute(name),
                        "Testcontainers' helper image",
                        "The environment variable %s=true does without it".formatted(HelperImage.DISABLED))));
        return required;
    }

    private static DockerImageName substitute(String image) {
        return ImageNameSubstitutor.instance().apply(DockerImageName.parse(image));
    }

    private static Duration maxSilence() {
        return Duration.ofSeconds(TestcontainersConfiguration.getInstance().getImagePullPauseTimeout());
    }
}
