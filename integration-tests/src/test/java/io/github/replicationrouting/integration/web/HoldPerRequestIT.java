package io.github.replicationrouting.integration.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** One request has many transactions, of Spring Session's among others, and waits for a primary once. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class HoldPerRequestIT {

    private static final Duration HOLD = Duration.ofSeconds(3);

    private final HttpClient client =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final TestApplication app;

    HoldPerRequestIT(Stack stack, Applications applications) throws SQLException {
        try (Connection connection = applications.cluster(stack).primary().adminConnection()) {
            connection.setCatalog(applications.cluster(stack).database());
            ResourceDatabasePopulator tables = new ResourceDatabasePopulator(
                    new ClassPathResource("org/springframework/session/jdbc/schema-mysql.sql"));
            // They may exist already.
            tables.setContinueOnError(true);
            tables.populate(connection);
        }
        app = applications.start(
                stack,
                StoredSessionApplication.class,
                "spring.main.web-application-type=servlet",
                "server.port=0",
                "server.shutdown=immediate",
                "replication.routing.writes.hold=" + HOLD.toMillis() + "ms");
    }

    @BeforeEach
    void login() throws Exception {
        app.awaitAllEligible();
        assertThat(post("/login").statusCode()).isEqualTo(200);
        app.cluster().awaitReplicated();
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.close();
    }

    @Test
    void whenARequestHasManyTransactionsItShouldWaitForAPrimaryOnce() throws Exception {
        app.cluster().node("db1").kill();
        app.awaitState("db1", NodeState.DOWN);

        assertThat(post("/authors/absent").statusCode()).isEqualTo(500);

        assertThat(sum(Timer::count))
                .as("transactions that asked for a primary")
                .isGreaterThan(1);
        assertThat(sum(timer -> timer.totalTime(TimeUnit.MILLISECONDS)))
                .as("total wait in milliseconds")
                .isBetween(HOLD.toMillis() * 0.9, HOLD.toMillis() * 1.5);
    }

    @Test
    void whenAnotherRequestFollowsItShouldWaitAnew() throws Exception {
        app.cluster().node("db1").kill();
        app.awaitState("db1", NodeState.DOWN);

        post("/authors/absent");
        post("/authors/absent");

        assertThat(sum(timer -> timer.totalTime(TimeUnit.MILLISECONDS)))
                .as("total wait in milliseconds")
                .isBetween(HOLD.toMillis() * 1.9, HOLD.toMillis() * 2.5);
    }

    private double sum(ToDoubleFunction<Timer> figure) {
        Collection<Timer> holds =
                app.bean(MeterRegistry.class).find("replication.routing.hold").timers();
        return holds.stream().mapToDouble(figure).sum();
    }

    private HttpResponse<String> post(String path) throws IOException, InterruptedException {
        String port = app.context().getEnvironment().getProperty("local.server.port");
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
