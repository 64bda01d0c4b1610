package io.github.replicationrouting.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.ClosedPorts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** The endpoint, health, info and metrics over HTTP and JMX, in an application where no node answers. */
class OperationsApplicationTest {

    private static final HttpClient http = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        // In order, like the properties of a YAML file.
        Map<String, Object> properties = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(ClosedPorts.nodes()),
                        Stream.of(
                                "server.port=0",
                                "server.address=127.0.0.1",
                                "spring.jmx.enabled=true",
                                "spring.jmx.default-domain=operations",
                                "spring.main.banner-mode=off",
                                "replication.routing.nodes.db2.zone=b",
                                "replication.routing.nodes.db2.role=replica",
                                "management.endpoints.jmx.exposure.include=*",
                                "management.endpoint.health.show-details=always",
                                "management.endpoints.web.exposure.include=*"))
                .map(property -> property.split("=", 2))
                .forEach(property -> properties.put(property[0], property[1]));
        context = new SpringApplicationBuilder(Application.class)
                .initializers(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("operations", properties)))
                .run();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void whenNoNodeAnswersShouldReturnNullForWhatIsUnknown() {
        Answer answer = get("/actuator/replicationrouting");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("{\"topology\":\"primary-replica\",\"primary\":null,\"writable\":false,\"nodes\":{"
                        + "\"db1\":{\"role\":\"unknown\",\"declaredRole\":\"auto\",\"kind\":\"server\",\"state\":\"down\","
                        + "\"reason\":\"connection refused\",\"lagMillis\":null,\"position\":null,\"inFlight\":0,"
                        + "\"weight\":1,\"zone\":null,\"server\":null,")
                .contains("\"db2\":{\"role\":")
                .contains("\"declaredRole\":\"replica\"", "\"zone\":\"b\"", "\"reason\":\"");
    }

    @Test
    void whenNodeIsRequestedShouldReturnThatNode() {
        assertThat(get("/actuator/replicationrouting/db2").body())
                .startsWith("{\"role\":")
                .contains("\"zone\":\"b\"");
    }

    @Test
    void whenNodeIsUnknownShouldReturnNotFoundWithTheKnownNames() {
        assertThat(get("/actuator/replicationrouting/db9"))
                .isEqualTo(new Answer(404, "{\"error\":\"There is no node db9; there are db1, db2\"}"));
    }

    @Test
    void whenExplanationIsRequestedShouldReturnTheDecision() {
        assertThat(get("/actuator/replicationrouting?explain=read").body())
                .contains("\"explanation\":{\"intent\":\"read\",\"node\":null,\"reason\":null,\"refusal\":\"Reads are"
                        + " unavailable: no node is eligible. Nodes considered: db1: unknown, down (connection"
                        + " refused);");
        assertThat(get("/actuator/replicationrouting?explain=everything"))
                .isEqualTo(new Answer(
                        400,
                        "{\"error\":\"explain must be one of read, write, outside-transaction, metadata, but is"
                                + " 'everything'\"}"));
    }

    @Test
    void whenAccessIsNotConfiguredShouldRejectWriteOperations() {
        assertThat(post("/actuator/replicationrouting/db2", "{\"action\":\"drain\"}")
                        .status())
                .isEqualTo(405);
    }

    @Test
    void whenNoNodeAnswersShouldReportBothHealthContributorsDown() {
        Answer answer = get("/actuator/health");

        assertThat(answer.status()).isEqualTo(503);
        String details =
                "\"details\":{\"writable\":false,\"replicas\":\"0/2\",\"nodes\":{\"db1\":\"down\",\"db2\":\"down\"}}"
                        + ",\"status\":\"DOWN\"";
        assertThat(answer.body()).contains("\"db\":{" + details, "\"replicationRouting\":{" + details);
    }

    @Test
    void whenInfoIsRequestedShouldContainRouterTopologyAndServers() {
        assertThat(get("/actuator/info").body())
                .contains("\"replicationRouting\":{\"router\":\"dataSource\"")
                .contains("\"topology\":\"primary-replica\",\"servers\":{\"db1\":\"unknown\",\"db2\":\"unknown\"}");
    }

    @Test
    void whenMetricsAreRequestedShouldContainThoseOfRouterAndPools() {
        assertThat(get("/actuator/metrics/replication.routing.node.state?tag=node:db1&tag=state:down")
                        .body())
                .contains("\"value\":1.0");
        assertThat(get("/actuator/metrics/hikaricp.connections?tag=pool:db1DataSource")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whenReadOverJmxShouldReturnTheSame() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("operations:type=Endpoint,name=Replicationrouting");

        String[] text = {String.class.getName()};
        assertThat(server.invoke(name, "router", new Object[] {null}, text))
                .asInstanceOf(InstanceOfAssertFactories.map(Object.class, Object.class))
                .containsEntry("topology", "primary-replica");
        assertThat(server.invoke(name, "node", new Object[] {"db1"}, text))
                .asInstanceOf(InstanceOfAssertFactories.map(Object.class, Object.class))
                .containsEntry("reason", "connection refused");
    }

    private record Answer(int status, String body) {}

    private static Answer get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    private static Answer post(String path, String json) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private static URI uri(String path) {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
                "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
                "org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration",
                "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
                "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration"
            })
    static class Application {}
}
