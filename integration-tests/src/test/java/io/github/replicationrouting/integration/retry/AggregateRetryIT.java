package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spring Data JDBC sets the ids of the objects that it saves; a retried write finds them without. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class AggregateRetryIT {

    private final TestApplication app;
    private final ItemRepository items;
    private final List<String> nodes = new ArrayList<>();

    AggregateRetryIT(Stack stack, Applications applications) {
        app = applications.get(stack, RetryJdbcApplication.class, TestApplication.PATIENT);
        items = app.bean(ItemRepository.class);
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenAGivenObjectIsSavedItShouldBeSavedOnce() {
        ItemRepository.Item given = new ItemRepository.Item(UUID.randomUUID().toString());

        app.transactions().write(() -> {
            items.save(given);
            return promoteInFirstAttempt();
        });

        assertSavedOnce(given);
    }

    @Test
    void whenARepositoryAloneSavesManyEachShouldBeSavedOnce() {
        ItemRepository.Item given = new ItemRepository.Item(UUID.randomUUID().toString());

        items.inWrite(() -> {
            items.saveAll(List.of(given));
            promoteInFirstAttempt();
        });

        assertSavedOnce(given);
    }

    private boolean promoteInFirstAttempt() {
        nodes.add(app.node());
        if (nodes.size() == 1) {
            app.cluster().promote(app.cluster().node("db2"));
        }
        return true;
    }

    private void assertSavedOnce(ItemRepository.Item given) {
        assertThat(nodes).containsExactly("db1", "db2");
        List<ItemRepository.Item> stored = app.transactions().newWrite(() -> items.findByName(given.getName()));
        assertThat(stored).extracting(ItemRepository.Item::getId).containsExactly(given.getId());
    }
}
