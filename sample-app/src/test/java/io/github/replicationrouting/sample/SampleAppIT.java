package io.github.replicationrouting.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

@Tag("essential")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, useMainMethod = UseMainMethod.ALWAYS)
class SampleAppIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final String PRIMARY = "db1";

    private static final String[] REPLICAS = {"db2", "db3"};

    private final ReplicatedCluster cluster;

    private final RestClient shop;

    @Autowired
    SampleAppIT(ReplicatedCluster cluster, @LocalServerPort int port) {
        this.cluster = cluster;
        this.shop = RestClient.builder()
                .baseUrl("http://localhost:" + port)
                .defaultStatusHandler(status -> true, (request, response) -> {})
                .build();
    }

    @BeforeEach
    void awaitReplicas() {
        cluster.awaitReplicated();
        await().atMost(TIMEOUT).until(() -> nodesOf("/products/1", 20).equals(Set.of(REPLICAS)));
    }

    @Test
    void whenTheCatalogueIsReadBothReplicasShouldServeIt() {
        assertThat(nodesOf("/products", 200)).containsExactlyInAnyOrder(REPLICAS);
        JsonNode products = get("/products");
        assertThat(products.at("/reason").asString()).isEqualTo("replica-selected");
        assertThat(products.at("/answer").findValuesAsString("name")).startsWith("Teapot", "Kettle");
    }

    @Test
    void whenAnOrderIsPlacedThePrimaryShouldWriteItAndReplicasReadIt() {
        JsonNode placed = order(2, 3);

        assertThat(placed.at("/node").asString()).isEqualTo(PRIMARY);
        assertThat(placed.at("/reason").asString()).isEqualTo("read-write");

        String path = "/orders/" + placed.at("/answer/id").asLong();
        Set<String> nodes = new HashSet<>();
        await().atMost(TIMEOUT).until(() -> {
            ResponseEntity<JsonNode> read = answer(path);
            if (read.getStatusCode() == HttpStatus.OK) {
                assertThat(body(read).at("/answer")).isEqualTo(placed.at("/answer"));
                nodes.add(body(read).at("/node").asString());
            }
            return nodes.containsAll(Set.of(REPLICAS));
        });
    }

    @Test
    void whenOneRequestReadsAndWritesEachShouldBeRoutedSeparately() {
        int stock = stockOf(1);

        JsonNode purchase =
                body(shop.post().uri("/products/1/purchase").retrieve().toEntity(JsonNode.class));

        assertThat(purchase.at("/product/node").asString()).isIn((Object[]) REPLICAS);
        assertThat(purchase.at("/product/answer/stock").asInt()).isEqualTo(stock);
        assertThat(purchase.at("/order/node").asString()).isEqualTo(PRIMARY);
        await().atMost(TIMEOUT).until(() -> stockOf(1) == stock - 1);
    }

    @Test
    void whenAnOrderIsRefusedNothingShouldBeWritten() {
        order(4, 1);
        await().atMost(TIMEOUT).until(() -> stockOf(4) == 0);

        assertThat(placing(4, 1).getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
        assertThat(placing(3, 0).getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(answer("/products/17").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);

        cluster.awaitReplicated();
        assertThat(stockOf(4)).isZero();
    }

    @Test
    void whenAnswersAreServedTheyShouldBeCountedByNode() {
        long before = get("/nodes/served").at("/" + PRIMARY).asLong(0);

        order(3, 1);

        assertThat(get("/nodes/served").at("/" + PRIMARY).asLong()).isEqualTo(before + 1);
    }

    @Test
    void whenTwoEditATextItShouldBeMergedUnlessTheyChangedTheSameLine() {
        JsonNode text = get("/products/2/text").at("/answer");
        String base = text.at("/text").asString();
        String[] lines = base.split("\n", -1);

        JsonNode first = body(edit(text, lines[0] + "\nThree litres"));
        JsonNode second = body(edit(text, "Copper\n" + lines[1]));

        assertThat(first.at("/theirs").isNull()).isTrue();
        assertThat(second.at("/theirs").asString()).isEqualTo(lines[0] + "\nThree litres");
        assertThat(second.at("/stored").asString()).isEqualTo("Copper\nThree litres");
        assertThat(edit(text, "Iron\n" + lines[1]).getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
        assertThat(get("/products/2/text").at("/answer/text").asString()).isEqualTo("Copper\nThree litres");
    }

    private ResponseEntity<JsonNode> edit(JsonNode base, String mine) {
        return shop.put()
                .uri("/products/2/text")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of(
                        "version",
                        base.at("/version").asInt(),
                        "base",
                        base.at("/text").asString(),
                        "mine",
                        mine))
                .retrieve()
                .toEntity(JsonNode.class);
    }

    private Set<String> nodesOf(String path, int requests) {
        Set<String> nodes = new HashSet<>();
        for (int request = 0; request < requests; request++) {
            nodes.add(get(path).at("/node").asString());
        }
        return nodes;
    }

    private int stockOf(long productId) {
        return get("/products/" + productId).at("/answer/stock").asInt();
    }

    private JsonNode order(long productId, int quantity) {
        ResponseEntity<JsonNode> placed = placing(productId, quantity);
        assertThat(placed.getStatusCode()).isEqualTo(HttpStatus.OK);
        return body(placed);
    }

    private ResponseEntity<JsonNode> placing(long productId, int quantity) {
        return shop.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("productId", productId, "quantity", quantity))
                .retrieve()
                .toEntity(JsonNode.class);
    }

    private JsonNode get(String path) {
        ResponseEntity<JsonNode> answer = answer(path);
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
        return body(answer);
    }

    private ResponseEntity<JsonNode> answer(String path) {
        return shop.get().uri(path).retrieve().toEntity(JsonNode.class);
    }

    private static JsonNode body(ResponseEntity<JsonNode> answer) {
        return Objects.requireNonNull(answer.getBody());
    }
}
