package io.github.replicationrouting.integration.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two instances of an application serve one user in turn: the second one shows what the first one saved. */
@Tag("essential")
@ParameterizedClass
@MethodSource("variants")
@ExtendWith(Applications.Extension.class)
class CrossRequestIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String HEADER = "Replication-Token";

    private final Carrier carrier;
    private final TestApplication one;
    private final TestApplication other;

    private enum Carrier {
        HTTP_SESSION,
        COOKIE,
        HEADER
    }

    static Stream<Arguments> variants() {
        return Stack.enabled(Stack.MYSQL, Stack.MARIADB)
                .flatMap(stack -> Stream.of(Carrier.values()).map(carrier -> Arguments.of(stack, carrier)));
    }

    CrossRequestIT(Stack stack, Carrier carrier, Applications applications) {
        this.carrier = carrier;
        one = start(stack, applications);
        other = start(stack, applications);
        one.awaitAllEligible();
        other.awaitAllEligible();
    }

    private TestApplication start(Stack stack, Applications applications) {
        boolean session = carrier == Carrier.HTTP_SESSION;
        return applications.start(
                stack,
                session ? SharedSessionApplication.class : WebApplication.class,
                "spring.main.web-application-type=servlet",
                "server.port=0",
                TestApplication.PATIENT,
                "replication.routing.consistency.mode=session",
                "replication.routing.consistency.carrier=" + carrier,
                "replication.routing.reads.max-lag=60s",
                session
                        ? "server.shutdown=immediate"
                        : "replication.routing.consistency.signing-key=" + "k".repeat(32));
    }

    @AfterEach
    void close() {
        one.cluster().heal();
        one.close();
        other.close();
    }

    @Test
    void whenOneInstanceSavesTheOtherShouldShowItToTheSameUser() {
        String author = UUID.randomUUID().toString();
        User user = new User();
        User stranger = new User();
        one.cluster().replicas().forEach(ClusterNode::stopApplier);

        user.post(one, "/authors/" + author);

        assertThat(user.get(other, "/authors/" + author)).startsWith("1 ").endsWith(" session-primary");
        assertThat(user.get(one, "/authors/" + author)).startsWith("1 ").endsWith(" session-primary");
        assertThat(stranger.get(other, "/authors/" + author))
                .as("replicas are late")
                .startsWith("0 ");

        one.cluster().replicas().forEach(ClusterNode::startApplier);
        await("the replicas serve the user again").atMost(LIMIT).untilAsserted(() -> assertThat(
                        user.get(other, "/authors/" + author))
                .startsWith("1 ")
                .doesNotContain("session-primary", one.primary()));
    }

    /** Sends the cookies and the header of a browser or a client that follows the contract. */
    private final class User {

        private final HttpClient client =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        private @Nullable String token;

        private User() {
            if (carrier == Carrier.HTTP_SESSION) {
                post(one, "/login");
            }
        }

        private void post(TestApplication app, String path) {
            send(HttpRequest.newBuilder(uri(app, path)).POST(HttpRequest.BodyPublishers.noBody()));
        }

        private String get(TestApplication app, String path) {
            return send(HttpRequest.newBuilder(uri(app, path)));
        }

        private String send(HttpRequest.Builder request) {
            if (token != null) {
                request.header(HEADER, token);
            }
            try {
                HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                List<String> tokens = answer.headers().allValues(HEADER);
                if (!tokens.isEmpty()) {
                    token = tokens.get(tokens.size() - 1);
                }
                return answer.body();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private URI uri(TestApplication app, String path) {
            String port = app.context().getEnvironment().getProperty("local.server.port");
            return URI.create("http://127.0.0.1:" + port + path);
        }
    }
}
