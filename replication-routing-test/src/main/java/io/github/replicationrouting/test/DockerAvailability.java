package io.github.replicationrouting.test;

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
 * Whether Docker can run MySQL here. It is asked for the images before Testcontainers is, which tries for minutes to get
 * what cannot be had.
 */
final class DockerAvailability {

    private static final Logger logger = LoggerFactory.getLogger(DockerAvailability.class);

    /** By image, for a whole JVM: many classes ask, and a pull that fails may take its time. */
    private static final Map<String, Optional<String>> answers = new ConcurrentHashMap<>();

    private DockerAvailability() {}

    /** Says why MySQL cannot run in Docker here, null when it can. */
    static @Nullable String unavailable(String mysqlImage) {
        return answers.computeIfAbsent(mysqlImage, DockerAvailability::askAndTell)
                .orElse(null);
    }

    // Build tools count what is skipped, but few of them show why.
    private static Optional<String> askAndTell(String mysqlImage) {
        Optional<String> answer = ask(mysqlImage);
        answer.ifPresent(logger::warn);
        return answer;
    }

    private static Optional<String> ask(String mysqlImage) {
        List<RequiredImage> required = required(mysqlImage);
        TransportConfig transport;
        try {
            transport = DockerClientFactory.instance().getTransportConfig();
        } catch (IllegalStateException ex) {
            return Optional.of("Testcontainers finds no Docker, and the MySQL cluster runs in Docker");
        }
        try (DockerClient docker = DockerClientProviderStrategy.getClientForConfig(transport)) {
            String missing = new RequiredImages(new DockerImages(docker, patience()), required).missing();
            return missing == null ? askTestcontainers() : Optional.of(missing);
        } catch (IOException ex) {
            throw new IllegalStateException("Cannot close the connection to Docker", ex);
        }
    }

    private static Optional<String> askTestcontainers() {
        try {
            DockerClientFactory.instance().client();
            return Optional.empty();
        } catch (RuntimeException ex) {
            logger.debug("Testcontainers cannot use Docker", ex);
            return Optional.of("Testcontainers cannot use Docker, in which the MySQL cluster runs (%s)"
                    .formatted(Pull.inShort(ex)));
        }
    }

    private static List<RequiredImage> required(String mysqlImage) {
        List<RequiredImage> required = new ArrayList<>();
        required.add(new RequiredImage(
                substitute(mysqlImage),
                "The MySQL cluster's image",
                "The system property %s names another image".formatted(ReplicatedCluster.MYSQL_IMAGE_PROPERTY)));
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

    private static Duration patience() {
        return Duration.ofSeconds(TestcontainersConfiguration.getInstance().getImagePullPauseTimeout());
    }
}
