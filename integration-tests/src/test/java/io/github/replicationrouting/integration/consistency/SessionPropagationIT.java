package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.core.task.AsyncTaskExecutor;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Threads that work for a session read what it wrote, even if no replica has it. */
@OnStacks({Stack.MYSQL, Stack.MARIADB_WITH_CONNECTOR_J})
class SessionPropagationIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] PROPERTIES = {
        TestApplication.PATIENT,
        "replication.routing.consistency.mode=session",
        "replication.routing.reads.max-lag=60s",
        "spring.threads.virtual.enabled=true"
    };

    private final String author = UUID.randomUUID().toString();
    private final TestApplication app;

    SessionPropagationIT(Stack stack, Applications applications) {
        app = applications.get(stack, PropagatingApplication.class, PROPERTIES);
    }

    @BeforeEach
    void writeWhatNoReplicaShows() {
        app.cluster().replicas().forEach(ClusterNode::stopApplier);
        SessionToken.clear();
        app.transactions().write(() -> {
            app.insertAuthor(author);
            return author;
        });
    }

    @AfterEach
    void heal() {
        SessionToken.clear();
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenAnAsyncMethodReadsItShouldSeeTheWrite() throws Exception {
        CompletableFuture<Integer> read =
                app.bean(PropagatingApplication.Later.class).readOnly(this::countAuthors);

        assertThat(read.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isOne();
        assertOtherSessionDoesNotReadIt();
    }

    @Test
    void whenATaskOfTheExecutorReadsItShouldSeeTheWrite() throws Exception {
        AsyncTaskExecutor executor = app.context().getBean("applicationTaskExecutor", AsyncTaskExecutor.class);

        assertThat(executor.submit(this::read).get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isOne();
        assertOtherSessionDoesNotReadIt();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void whenAVirtualThreadReadsItShouldSeeTheWrite() throws Exception {
        AsyncTaskExecutor executor = app.context().getBean("applicationTaskExecutor", AsyncTaskExecutor.class);

        assertThat(executor.submit(() -> Thread.currentThread().getClass().getSimpleName() + " " + read())
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("VirtualThread 1");
    }

    @Test
    void whenAReactiveChainReadsItShouldSeeTheWrite() {
        Hooks.enableAutomaticContextPropagation();
        try {
            assertThat(Mono.fromCallable(this::read)
                            .subscribeOn(Schedulers.boundedElastic())
                            .contextCapture()
                            .block(LIMIT))
                    .isOne();
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
        assertOtherSessionDoesNotReadIt();
    }

    private void assertOtherSessionDoesNotReadIt() {
        assertThat(CompletableFuture.supplyAsync(this::read))
                .succeedsWithin(LIMIT)
                .isEqualTo(0);
    }

    private int read() {
        return app.transactions().readOnly(this::countAuthors);
    }

    private int countAuthors() {
        return app.countAuthors(author);
    }
}
