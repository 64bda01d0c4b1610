package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/** What every MySQL cluster promises, and that none leaves a container behind. */
abstract class MySqlClusterTests extends ReplicatedClusterTests {

    private static final Map<String, String> OURS =
            Map.of(DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL, DockerClientFactory.SESSION_ID);

    MySqlClusterTests(ReplicatedCluster.Builder builder) {
        super(builder);
    }

    @Override
    void assertNothingIsLeft() {
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
