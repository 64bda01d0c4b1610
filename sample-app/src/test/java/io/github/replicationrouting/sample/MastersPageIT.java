package io.github.replicationrouting.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The live page of three masters in a real browser, with faults and conflicts of real servers. */
class MastersPageIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String ALL = "Writes go to db1, db2, db3; 3 of 3 members serve reads";

    /** Under round-robin some of so many transactions conflict. */
    private static final int MANY = 200;

    @Test
    void whenMastersConflictThePageShouldShowItAndAnotherPolicyShouldAvoidIt() {
        ReplicatedCluster cluster = GaleraCluster.servers();
        String port = SampleApplication.start(
                        "--spring.profiles.active=galera",
                        "--server.port=0",
                        "--shop.load.writers=4",
                        "--replication.routing.writes.policy=round-robin")
                .getEnvironment()
                .getRequiredProperty("local.server.port");
        try (LivePage page = LivePage.open("http://localhost:" + port + "/")) {
            page.awaitText("#summary", ALL);
            page.awaitPressed("#policy-round-robin");
            page.click("#load");
            page.awaitAbove("#conflicts", 0);
            page.awaitAbove("#retried", 0);
            assertThat(page.browser().text("#node-db1 .member")).startsWith("Synced · view ");

            awaitMerge(page);
            page.browser().takeScreenshot("live-masters");

            page.act("db3", "desync");
            page.awaitText("#summary", "Writes go to db1, db2; 3 of 3 members serve reads");
            page.act("db3", "repair");
            page.awaitText("#summary", ALL);

            page.act("db3", "cut");
            page.awaitText("#summary", "Writes go to db1, db2; 2 of 3 members serve reads");
            assertThat(page.browser().text("#node-db3 .reason")).containsAnyOf("primary component", "outdated view");
            page.browser().takeScreenshot("live-masters-minority");
            page.act("db3", "repair");
            page.awaitText("#summary", ALL);

            page.click("#policy-affinity");
            page.awaitPressed("#policy-affinity");
            page.awaitLoad(true);
            page.awaitText("#summary", ALL);
            await("many writes on several masters").atMost(TIMEOUT).until(() -> served(page) > MANY);
            assertThat(page.browser().text("#conflicts")).isEqualTo("0");
            page.stopLoad();
        } finally {
            cluster.heal();
        }
    }

    /** Repeats the edits until the policy has chosen two masters for them, in spite of the load. */
    private static void awaitMerge(LivePage page) {
        await("a merge").atMost(TIMEOUT).until(() -> {
            page.click("#edit");
            await("the edits")
                    .atMost(TIMEOUT)
                    .until(() -> page.browser().find("#edit").isEnabled());
            return isMerge(page);
        });
    }

    private static boolean isMerge(LivePage page) {
        String rows = "[...document.querySelectorAll('#edits tbody tr')].map(row => [...row.cells]"
                + ".map(cell => cell.textContent))";
        return Boolean.TRUE.equals(page.browser()
                .evaluate(rows + ".length === 2 && new Set(" + rows + ".map(row => row[0].split(', ')[0])).size === 2"
                        // The editor who lost the conflict has stored the other one's line, and the own one.
                        + " && " + rows + ".some(row => row[0].includes(', ') && row[3] !== 'no conflict'"
                        + " && row[4] !== row[2] && row[4] !== row[3])"));
    }

    private static long served(LivePage page) {
        return (Long) Objects.requireNonNull(page.browser()
                .evaluate("[...document.querySelectorAll('#legend li')].map(item => item.textContent.split(': ')[1])"
                        + ".filter(Boolean).reduce((sum, count) => sum + Number(count), 0)"));
    }
}
