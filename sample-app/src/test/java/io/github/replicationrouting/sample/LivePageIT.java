package io.github.replicationrouting.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

    private final ReplicatedCluster cluster;
    private final String url;
    private @Nullable LivePage open;

    @Autowired
    LivePageIT(ReplicatedCluster cluster, @LocalServerPort int port) {
        this.cluster = cluster;
        this.url = "http://localhost:" + port + "/";
    }

    @BeforeEach
    void open() {
        open = LivePage.open(url);
        page().awaitState("db1", "online");
        page().awaitState("db2", "online");
        page().awaitState("db3", "online");
        page().click("#load");
        page().awaitLoad(true);
        await("decisions")
                .atMost(TIMEOUT)
                .until(() -> Boolean.TRUE.equals(
                        browser().evaluate("document.querySelectorAll('#decisions tr').length > 5")));
    }

    @AfterEach
    void close() {
        try (LivePage closing = open) {
            if (closing != null) {
                closing.stopLoad();
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

        page().act("db2", "stall");
        page().awaitState("db2", "lagging");
        assertThat(lagOf("db2")).isGreaterThan(4);
        assertThat(browser().text("#node-db2 .reason"))
                .contains("applier stopped")
                .contains("max-lag");
        assertThat(browser().text("#summary")).isEqualTo("Writes go to db1; 1 of 2 replicas serve reads");
        page().awaitJournal("you: db2: stall");
        page().awaitJournal("db2: lagging, was online");
        browser().takeScreenshot("live-replica-evicted");
        page().act("db2", "resume");
        page().awaitState("db2", "online");

        page().act("db3", "drain");
        page().awaitState("db3", "drained");
        page().awaitJournal("db3: drained");
        page().act("db3", "undrain");
        page().awaitState("db3", "online");

        page().act("db3", "kill");
        page().awaitState("db3", "down");
        browser().takeScreenshot("live-replica-killed");
        page().act("db3", "start");
        page().awaitState("db3", "online");

        page().act("db2", "promote");
        await("the primary moves")
                .atMost(TIMEOUT)
                .until(() -> browser().text("#summary").startsWith("Writes go to db2"));
        await("writes go to it")
                .atMost(TIMEOUT)
                .until(() -> browser().text("#decisions").contains("db2 read-write"));
        page().awaitJournal("writes go to db2");
        page().awaitState("db1", "online");
        browser().takeScreenshot("live-promoted");

        page().click("#heal");
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

    private LivePage page() {
        return Objects.requireNonNull(open);
    }

    private Browser browser() {
        return page().browser();
    }

    private double lagOf(String node) {
        String text = browser().text("#node-" + node + " .lag strong");
        return text.endsWith(" ms")
                ? Double.parseDouble(text.substring(0, text.length() - 3)) / 1000
                : Double.parseDouble(text.substring(0, text.length() - 2));
    }
}
