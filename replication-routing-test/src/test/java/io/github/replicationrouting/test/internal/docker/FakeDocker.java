package io.github.replicationrouting.test.internal.docker;

import com.github.dockerjava.api.DockerClient;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * A Docker daemon that knows only images, with a script for every pull.
 */
final class FakeDocker implements AutoCloseable {

    private final Set<String> images = ConcurrentHashMap.newKeySet();

    private final Map<String, Script> scripts = new ConcurrentHashMap<>();

    private final List<String> pulls = new CopyOnWriteArrayList<>();

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final HttpServer server;

    private final String architecture;

    FakeDocker(String architecture) throws IOException {
        this.architecture = architecture;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    DockerClient client() {
        return DockerClientProviderStrategy.getClientForConfig(TransportConfig.builder()
                .dockerHost(URI.create("tcp://127.0.0.1:" + server.getAddress().getPort()))
                .build());
    }

    FakeDocker has(String image) {
        images.add(image);
        return this;
    }

    FakeDocker onPull(String image, Script script) {
        scripts.put(image, script);
        return this;
    }

    /** Returns the images that were pulled, with the platform where one was named. */
    List<String> pulls() {
        return pulls;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.endsWith("/images/create")) {
                pull(exchange);
            } else if (path.endsWith("/_ping")) {
                answer(exchange, 200, "OK");
            } else if (path.endsWith("/version")) {
                answer(exchange, 200, "{\"Arch\":\"%s\"}".formatted(architecture));
            } else {
                String image = path.replaceAll(".*/images/|/json$", "");
                answer(
                        exchange,
                        images.contains(image) ? 200 : 404,
                        "{\"message\":\"No such image: %s\"}".formatted(image));
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void pull(HttpExchange exchange) throws IOException, InterruptedException {
        String query = exchange.getRequestURI().getQuery();
        String image = parameter(query, "fromImage") + ":" + parameter(query, "tag");
        String platform = parameter(query, "platform");
        pulls.add(platform.isEmpty() ? image : image + " " + platform);
        scripts.get(image).run(new Answer(exchange), platform);
    }

    private static String parameter(String query, String name) {
        return query.matches("(.*&)?" + name + "=.*") ? query.replaceAll("^(.*&)?" + name + "=([^&]*).*$", "$2") : "";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** The behaviour of one pull. */
    @FunctionalInterface
    interface Script {

        void run(Answer answer, String platform) throws IOException, InterruptedException;
    }

    /** The answer to one pull. */
    final class Answer {

        private final HttpExchange exchange;

        private boolean started;

        private Answer(HttpExchange exchange) {
            this.exchange = exchange;
        }

        void fail(int status, String json) throws IOException {
            answer(exchange, status, json);
        }

        void report(String json) throws IOException {
            if (!started) {
                exchange.sendResponseHeaders(200, 0);
                started = true;
            }
            exchange.getResponseBody().write((json + "\r\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }

        void finish(String image) throws IOException {
            images.add(image);
            report("{\"status\":\"Status: Downloaded newer image for %s\"}".formatted(image));
        }
    }
}
