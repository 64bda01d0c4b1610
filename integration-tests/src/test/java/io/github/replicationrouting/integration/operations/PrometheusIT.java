package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Transactions;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The alert rules and the dashboard, evaluated by the real Prometheus on a scrape of a real application. */
class PrometheusIT {

    private static final Path ALERTS = Path.of("..", "docs", "prometheus", "alerts.yml");
    private static final Path ALERTS_TEST = Path.of("..", "docs", "prometheus", "alerts-test.yml");
    private static final Path DASHBOARD = Path.of("..", "docs", "grafana", "replication-routing.json");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final JsonMapper json = new JsonMapper();

    private final Path directory;

    PrometheusIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeAll
    static void requirePrometheus() {
        boolean installed = Stream.of("promtool", "prometheus")
                .allMatch(tool -> Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool))));
        if (!installed) {
            String reason = "promtool and prometheus are not installed (Debian: apt-get install prometheus)";
            if ("true".equals(System.getenv("CI"))) {
                fail(reason);
            }
            abort(reason);
        }
    }

    @Test
    void whenRulesAreTestedTheyShouldFireOnTheirConditions() throws IOException, InterruptedException {
        run("promtool", "check", "rules", ALERTS.toString());
        run("promtool", "test", "rules", ALERTS_TEST.toString());
    }

    @Test
    void whenExpressionsAreEvaluatedTheirMetersShouldExist() throws IOException, InterruptedException {
        try (ReplicatedCluster cluster = ReplicatedCluster.mariaDb().start();
                ObservedApplication application = ObservedApplication.start(cluster, JdbcApplication.class)) {
            application.awaitStates("db1: db1 online, db2 online, db3 online");
            load(application);
            String scrape = application.get("/actuator/prometheus").body();
            Set<String> known = namesIn(scrape);
            Set<String> expressions = new LinkedHashSet<>(expressionsOfTheDashboard());
            assertThat(expressions).hasSizeGreaterThan(8);
            assertThat(namesUsed(String.join("\n", expressions))).isSubsetOf(known);
            assertThat(namesUsed(Files.readString(ALERTS))).isSubsetOf(known);

            int port = freePort();
            Process prometheus = startPrometheus(port, application.port());
            try {
                awaitScraped(port, application);
                for (String expression : expressions) {
                    // After a scrape that was too late there is no value until the next.
                    await().atMost(LIMIT).untilAsserted(() -> assertThat(
                                    query(port, expression).get("data").get("result"))
                            .as(expression)
                            .isNotEmpty());
                }
                JsonNode rules = ask(port, "/api/v1/rules");
                await().atMost(LIMIT).untilAsserted(() -> assertThat(healthOfRules(ask(port, "/api/v1/rules")))
                        .isNotEmpty()
                        .allSatisfy(health -> assertThat(health).startsWith("ok ")));
                assertThat(rules.get("status").asString()).isEqualTo("success");
            } finally {
                prometheus.destroy();
                if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
                    prometheus.destroyForcibly();
                }
            }
        }
    }

    /** Records each meter at least once; what does not happen on a healthy cluster is recorded directly. */
    private static void load(ObservedApplication application) {
        Transactions transactions = application.bean(Transactions.class);
        JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
        for (int i = 0; i < 20; i++) {
            transactions.readOnly(() -> jdbc.queryForList("SELECT 1"));
            transactions.write(() -> jdbc.queryForList("SELECT 1"));
        }
        RouterMetrics metrics = application.bean(RouterMetrics.class);
        metrics.retry("read", "succeeded");
        metrics.consistencyWaited(Duration.ofMillis(3), "reached");
        metrics.held(Duration.ofMillis(20), "released");
        metrics.failed(application.bean(ReplicationRouting.class).pools().get(0).node(), "rolled-back");
    }

    private static Set<String> namesIn(String scrape) {
        Set<String> names = new TreeSet<>();
        scrape.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, endOfName(line)))
                .forEach(names::add);
        return names;
    }

    private static int endOfName(String sample) {
        int labels = sample.indexOf('{');
        return labels < 0 ? sample.indexOf(' ') : labels;
    }

    private static Set<String> namesUsed(String expressions) {
        Set<String> names = new TreeSet<>();
        Pattern.compile("\\b(?:replication_routing|hikaricp|jdbc)_[a-z_]+")
                .matcher(expressions)
                .results()
                .map(MatchResult::group)
                .forEach(names::add);
        return names;
    }

    /** Returns the queries as Grafana sends them: with their variables replaced. */
    private static List<String> expressionsOfTheDashboard() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : json.readTree(Files.readString(DASHBOARD)).get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.add(target.get("expr")
                        .asString()
                        .replace("$job", ".*")
                        .replace("$router", ".*")
                        .replace("$__rate_interval", "30s"));
            }
        }
        return expressions;
    }

    private Process startPrometheus(int port, int application) throws IOException {
        Path configuration = directory.resolve("prometheus.yml");
        Files.writeString(configuration, """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files:
                  - %s
                scrape_configs:
                  - job_name: shop
                    metrics_path: /actuator/prometheus
                    static_configs:
                      - targets: ["127.0.0.1:%d"]
                """.formatted(ALERTS.toAbsolutePath().normalize(), application));
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    /** Scrapes at least twice, with work between, so that there are rates. */
    private void awaitScraped(int port, ObservedApplication application) {
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            load(application);
            assertThat(query(port, "rate(replication_routing_decisions_total{intent=\"read\"}[30s]) > 0")
                            .get("data")
                            .get("result"))
                    .isNotEmpty();
            assertThat(query(port, "rate(replication_routing_hold_seconds_count[30s]) > 0")
                            .get("data")
                            .get("result"))
                    .isNotEmpty();
        });
    }

    private static List<String> healthOfRules(JsonNode rules) {
        List<String> health = new ArrayList<>();
        for (JsonNode group : rules.get("data").get("groups")) {
            for (JsonNode rule : group.get("rules")) {
                health.add(rule.get("health").asString() + " "
                        + rule.get("name").asString() + " "
                        + rule.path("lastError").asString(""));
            }
        }
        return health;
    }

    private static JsonNode query(int port, String expression) throws IOException, InterruptedException {
        return ask(port, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    private static JsonNode ask(int port, String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .timeout(LIMIT)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    private void run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
