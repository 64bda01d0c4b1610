package io.github.replicationrouting.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.StaleElementReferenceException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The live page in a real browser, which applies faults to real servers and ends them. */
@Tag("essential")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, useMainMethod = UseMainMethod.ALWAYS)
class LivePageIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int WIDTH = 1240;
    private static final int HEIGHT = 1180;

    private final ReplicatedCluster cluster;
    private final String url;
    private @Nullable Browser open;

    @Autowired
    LivePageIT(ReplicatedCluster cluster, @LocalServerPort int port) {
        this.cluster = cluster;
        this.url = "http://localhost:" + port + "/";
    }

    @BeforeEach
    void open() {
        open = Browser.open();
        browser().show(url, WIDTH, HEIGHT);
        awaitState("db1", "online");
        awaitState("db2", "online");
        awaitState("db3", "online");
        click("#load");
        awaitLoad(true);
        await("decisions")
                .atMost(TIMEOUT)
                .until(() -> Boolean.TRUE.equals(
                        browser().evaluate("document.querySelectorAll('#decisions tr').length > 5")));
    }

    @AfterEach
    void close() {
        try (Browser closing = open) {
            if (closing != null && "true".equals(closing.find("#load").getDomAttribute("aria-pressed"))) {
                // Otherwise the load would continue after this class.
                click("#load");
                awaitLoad(false);
            }
        } finally {
            cluster.heal();
        }
    }

    @Test
    void whenServersFailThePageShouldShowIt() {
        assertThat(browser().text("#summary")).isEqualTo("Writes go to db1; 2 of 2 replicas serve reads");
        await("both kinds of decisions")
                .atMost(TIMEOUT)
                .until(() -> browser().text("#decisions").matches("(?s).*db[23] replica-selected.*")
                        && browser().text("#decisions").contains("db1 read-write"));
        browser().takeScreenshot("live-all-well");

        act("db2", "stall");
        awaitState("db2", "lagging");
        assertThat(lagOf("db2")).isGreaterThan(4);
        assertThat(browser().text("#node-db2 .reason"))
                .contains("applier stopped")
                .contains("max-lag");
        assertThat(browser().text("#summary")).isEqualTo("Writes go to db1; 1 of 2 replicas serve reads");
        awaitJournal("you: db2: stall");
        awaitJournal("db2: lagging, was online");
        browser().takeScreenshot("live-replica-evicted");
        act("db2", "resume");
        awaitState("db2", "online");

        act("db3", "drain");
        awaitState("db3", "drained");
        awaitJournal("db3: drained");
        act("db3", "undrain");
        awaitState("db3", "online");

        act("db3", "kill");
        awaitState("db3", "down");
        browser().takeScreenshot("live-replica-killed");
        act("db3", "start");
        awaitState("db3", "online");

        act("db2", "promote");
        await("the primary moves")
                .atMost(TIMEOUT)
                .until(() -> browser().text("#summary").startsWith("Writes go to db2"));
        await("writes go to it")
                .atMost(TIMEOUT)
                .until(() -> browser().text("#decisions").contains("db2 read-write"));
        awaitJournal("writes go to db2");
        awaitState("db1", "online");
        browser().takeScreenshot("live-promoted");

        click("#heal");
        await("no fault is left")
                .atMost(TIMEOUT)
                .until(() -> browser().text("#summary").equals("Writes go to db1; 2 of 2 replicas serve reads"));
        assertThat(browser().text("#failed-reads")).isEqualTo("0");
    }

    @Test
    void whenDarkOrNarrowThePageShouldBeReadable() {
        browser().preferScheme("dark");
        browser().takeScreenshot("live-dark");
        assertThat(browser().evaluate("getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(13, 17, 23)");
        browser().preferScheme("light");
        assertThat(browser().evaluate("getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(246, 247, 249)");

        browser().resize(500, 900);
        assertThat(browser().evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                .as("nothing overflows the window")
                .isEqualTo(true);
        browser().takeScreenshot("live-phone");
    }

    @Test
    void whenThePageIsLoadedEveryButtonShouldNameItsActionAndNode() {
        assertThat(browser()
                        .evaluate("[...document.querySelectorAll('button')].filter(b => !b.hidden)"
                                + ".every(b => b.type === 'button' && b.textContent.trim())"))
                .isEqualTo(true);
        assertThat(browser().find("[aria-label='Kill db1']").isEnabled()).isTrue();
        assertThat(browser().find("[aria-label='Promote db1']").isEnabled()).isFalse();
        assertThat(browser().find("#summary").getDomAttribute("aria-live")).isEqualTo("polite");
        assertThat(browser().find("#load").getDomAttribute("aria-pressed")).isEqualTo("true");
    }

    private Browser browser() {
        return Objects.requireNonNull(open);
    }

    private void act(String node, String action) {
        click("#node-%s [data-action=%s]".formatted(node, action));
    }

    /** Clicks until it succeeds: the page replaces the buttons of a node that changes. */
    private void click(String selector) {
        await(selector).atMost(TIMEOUT).ignoreExceptions().until(() -> {
            if (!browser().find(selector).isEnabled()) {
                return false;
            }
            browser().find(selector).click();
            return true;
        });
    }

    private void awaitState(String node, String state) {
        await(node + " is " + state)
                .atMost(TIMEOUT)
                .until(() -> state.equals(steady(() -> browser().text("#node-" + node + " .state"))));
    }

    /** Waits until the button shows the state of the load. */
    private void awaitLoad(boolean runs) {
        await("load " + runs).atMost(TIMEOUT).until(() -> Boolean.toString(runs)
                .equals(browser().find("#load").getDomAttribute("aria-pressed")));
    }

    private void awaitJournal(String text) {
        await(text).atMost(TIMEOUT).until(() -> browser().text("#journal").contains(text));
    }

    private double lagOf(String node) {
        String text = browser().text("#node-" + node + " .lag strong");
        return text.endsWith(" ms")
                ? Double.parseDouble(text.substring(0, text.length() - 3)) / 1000
                : Double.parseDouble(text.substring(0, text.length() - 2));
    }

    private static String steady(Callable<String> query) throws Exception {
        try {
            return query.call();
        } catch (StaleElementReferenceException | org.openqa.selenium.NoSuchElementException e) {
            return "not there yet: " + e.getClass().getSimpleName();
        }
    }
}
