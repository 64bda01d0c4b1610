package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/** The containers and networks of this JVM. */
final class Containers {

    private static final Map<String, String> OURS =
            Map.of(DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL, DockerClientFactory.SESSION_ID);

    private Containers() {}

    static void assertNothingRemains() {
        DockerClient docker = DockerClientFactory.lazyClient();
        assertThat(docker.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(OURS)
                        .exec())
                .isEmpty();
        assertThat(docker.listNetworksCmd()
                        .withFilter(
                                "label",
                                List.of(DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL + "="
                                        + DockerClientFactory.SESSION_ID))
                        .exec())
                .isEmpty();
    }
}
