package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.micrometer.observation.ObservationFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.context.support.StandardServletEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An application with a web server on a cluster, and HTTP requests to its endpoints. */
final class ObservedApplication implements AutoCloseable {

    /** Generous: a busy machine starts a server in this time. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final HttpClient http = HttpClient.newHttpClient();
    private static final JsonMapper json = new JsonMapper();

    private final ConfigurableApplicationContext context;

    private ObservedApplication(ConfigurableApplicationContext context) {
        this.context = context;
    }

    record Answer(int status, String body) {

        JsonNode json() {
            return json.readTree(body);
        }
    }

    /** Starts with all nodes of the cluster and these properties, which may omit a node by an empty value. */
    static ObservedApplication start(ReplicatedCluster cluster, Class<?> configuration, String... properties) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (ClusterNode node : cluster.nodes()) {
            settings.put("replication.routing.nodes." + node.name() + ".url", node.jdbcUrl(JdbcDriver.MARIADB));
        }
        settings.put("replication.routing.username", cluster.username());
        settings.put("replication.routing.password", cluster.password());
        settings.put("replication.routing.hikari.maximum-pool-size", "4");
        settings.put("replication.routing.monitor.interval", "100ms");
        settings.put("replication.routing.reads.max-lag", "1s");
        settings.put("server.port", "0");
        settings.put("server.address", "127.0.0.1");
        settings.put("spring.flyway.enabled", "false");
        settings.put("spring.liquibase.enabled", "false");
        settings.put("spring.main.banner-mode", "off");
        settings.put("logging.level.root", "warn");
        settings.put("management.endpoints.web.exposure.include", "*");
        settings.put("management.endpoint.health.show-details", "always");
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            if (parts[1].isEmpty()) {
                settings.remove(parts[0]);
            } else {
                settings.put(parts[0], parts[1]);
            }
        }
        // In order, as from a file; default properties have no order.
        StandardServletEnvironment environment = new StandardServletEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
        return new ObservedApplication(new SpringApplicationBuilder(configuration)
                .web(WebApplicationType.SERVLET)
                .environment(environment)
                .run());
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    ObservationFilter observationFilter() {
        return context.getBean("replicationRoutingObservationFilter", ObservationFilter.class);
    }

    int port() {
        return ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    JsonNode router() {
        return get("/actuator/replicationrouting").json();
    }

    Answer health() {
        return get("/actuator/health/replicationRouting");
    }

    void awaitRouter(Consumer<JsonNode> assertions) {
        await().atMost(LIMIT).untilAsserted(() -> assertions.accept(router()));
    }

    void awaitStates(String states) {
        awaitRouter(router -> assertThat(states(router)).isEqualTo(states));
    }

    /** Returns the primary and the state of each node: for example {@code db1: db1 online, db2 online}. */
    static String states(JsonNode router) {
        StringBuilder states = new StringBuilder(router.get("primary").asString("none")).append(':');
        router.get("nodes").properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(node -> states.append(' ')
                        .append(node.getKey())
                        .append(' ')
                        .append(node.getValue().get("state").asString())
                        .append(','));
        return states.substring(0, states.length() - 1);
    }

    Answer get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    Answer post(String path, String body) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
