package io.github.replicationrouting.test.internal.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.utility.DockerImageName;

class RequiredImagesTest {

    private static final String DATABASE = "registry.example/team/database:1";

    private static final String HELPER = "registry.example/team/helper:2";

    private static final Duration LONG = Duration.ofSeconds(60);

    private static final Duration SHORT = Duration.ofSeconds(1);

    private FakeDocker docker;

    private DockerClient client;

    @BeforeEach
    void start() throws IOException {
        start("amd64");
    }

    private void start(String architecture) throws IOException {
        docker = new FakeDocker(architecture);
        client = docker.client();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        docker.close();
    }

    @Test
    void whenAnImageIsPresentItShouldNotBePulled() {
        docker.has(DATABASE).has(HELPER);
        assertThat(missing(LONG)).isNull();
        assertThat(docker.pulls()).isEmpty();
    }

    @Test
    void whenAnImageIsAbsentItShouldBePulled() {
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> {
            answer.report("{\"status\":\"Pulling from team/database\",\"id\":\"1\"}");
            answer.finish(DATABASE);
        });
        assertThat(missing(LONG)).isNull();
        assertThat(docker.pulls()).containsExactly(DATABASE);
    }

    @Test
    void whenAPullReportsProgressItShouldNotTimeOut() {
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> {
            for (int percent = 0; percent < 100; percent += 20) {
                answer.report("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":%d,\"total\":100}}"
                        .formatted(percent));
                Thread.sleep(700);
            }
            answer.finish(DATABASE);
        });
        assertThat(missing(Duration.ofSeconds(3))).isNull();
    }

    @Test
    void whenOnePullFailsAllMissingImagesShouldBeReported() {
        docker.onPull(
                DATABASE,
                (answer, platform) -> answer.fail(500, "{\"message\":\"Get \\\"/v2/\\\": no such host\\nmore\"}\n"));
        assertThat(missing(LONG))
                .isEqualTo("The database's image " + DATABASE
                        + " is not on this machine, and Docker cannot pull it (Get \"/v2/\": no such host)."
                        + " Name another. The helper's image " + HELPER
                        + " is not on this machine either. Do without");
        assertThat(docker.pulls()).containsExactly(DATABASE);
    }

    @Test
    void whenOneImageIsMissingOnlyThatShouldBeReported() {
        docker.has(DATABASE)
                .onPull(HELPER, (answer, platform) -> answer.fail(404, "{\"message\":\"pull access denied\"}"));
        assertThat(missing(LONG))
                .isEqualTo("The helper's image " + HELPER
                        + " is not on this machine, and Docker cannot pull it (pull access denied). Do without");
    }

    @Test
    void whenAPullReportsAnErrorItShouldFail() {
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> {
            answer.report("{\"status\":\"Downloading\"}");
            answer.report("{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}");
        });
        assertThat(missing(LONG)).contains("(no space left)");
    }

    @Test
    void whenAPullEndsWithoutTheImageItShouldFail() {
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> answer.report("{\"status\":\"Downloading\"}"));
        assertThat(missing(LONG)).contains("(Docker pulled it, but does not have it)");
    }

    @Test
    void whenAPullIsNotAnsweredItShouldTimeOut() {
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> Thread.sleep(LONG.toMillis()));
        assertThat(missing(SHORT)).contains("(Docker reported nothing for 1 s)");
    }

    @Test
    void whenAPullStopsReportingItShouldTimeOut() {
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> {
            answer.report("{\"status\":\"Downloading\"}");
            Thread.sleep(LONG.toMillis());
        });
        assertThat(missing(SHORT)).contains("(Docker reported nothing for 1 s)");
    }

    @Test
    void whenOnlyAnotherArchitectureExistsItShouldBeUsed() throws IOException {
        stop();
        start("arm64");
        docker.has(HELPER).onPull(DATABASE, (answer, platform) -> {
            if (platform.equals("linux/amd64")) {
                answer.finish(DATABASE);
            } else {
                answer.fail(404, "{\"message\":\"no matching manifest\"}");
            }
        });
        assertThat(missing(LONG)).isNull();
        assertThat(docker.pulls()).containsExactly(DATABASE, DATABASE + " linux/amd64");
    }

    private String missing(Duration patience) {
        return new RequiredImages(
                        new DockerImages(client, patience),
                        List.of(
                                new RequiredImage(
                                        DockerImageName.parse(DATABASE), "The database's image", "Name another"),
                                new RequiredImage(DockerImageName.parse(HELPER), "The helper's image", "Do without")))
                .missing();
    }
}
