package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Web requests over JPA whose session stays open until the answer is written, as is Spring Boot's default. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class OpenSessionRetryIT {

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestApplication app;
    private final String name = UUID.randomUUID().toString();
    private Long id;

    OpenSessionRetryIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                RetryJpaApplication.class,
                "spring.main.web-application-type=servlet",
                "server.port=0",
                "replication.routing.monitor.timeout=10s");
    }

    @BeforeEach
    void storeAnAuthor() {
        EntityManager entities = app.bean(EntityManager.class);
        id = app.transactions().write(() -> {
            Author author = new Author(name);
            entities.persist(author);
            return author.getId();
        });
        app.cluster().awaitReplicated();
        app.bean(Finder.class).takeAttempts();
        app.bean(Finder.class).killWith(session -> app.cluster()
                .node(app.name((Number) session[0]))
                .killSession(((Number) session[1]).longValue()));
    }

    @AfterEach
    void assertNothingHeld() {
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenTheSessionIsNewTheReadShouldBeRetried() throws Exception {
        HttpResponse<String> answer = get("/fresh/" + id);

        assertThat(answer.body()).isEqualTo(name + " after 2 attempts, managed");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void whenTheSessionHoldsEntitiesTheRetryShouldBeRefused() throws Exception {
        HttpResponse<String> answer = get("/managed/" + id);

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .contains("not retried although node db", "the persistence context outlives the transaction");
        assertThat(app.bean(Finder.class).takeAttempts()).isOne();
    }

    @Test
    void whenPartOfTheAnswerWasSentTheRetryShouldBeRefused() throws Exception {
        HttpResponse<String> answer = get("/sent/" + id);

        assertThat(answer.body()).startsWith("begun ").contains("part of the web response has been sent");
        assertThat(app.bean(Finder.class).takeAttempts()).isOne();
    }

    @Test
    void whenARepositoryIsCalledAloneItShouldBeRetried() {
        Finder finder = app.bean(Finder.class);
        Author found = app.bean(AuthorRepository.class).inRepository(() -> finder.find(id));
        assertThat(found.getName()).isEqualTo(name);
        assertThat(finder.takeAttempts()).isEqualTo(2);
    }

    @Test
    void whenAServiceIsCalledOutsideAWebRequestItShouldBeRetried() {
        Finder finder = app.bean(Finder.class);
        assertThat(finder.find(id).getName()).isEqualTo(name);
        assertThat(finder.takeAttempts()).isEqualTo(2);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        String port = app.context().getEnvironment().getProperty("local.server.port");
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
