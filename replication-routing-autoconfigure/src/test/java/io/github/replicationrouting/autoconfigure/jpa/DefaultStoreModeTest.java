package io.github.replicationrouting.autoconfigure.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.CacheStoreMode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DefaultStoreModeTest {

    private final Map<String, Object> properties = new HashMap<>();

    @Test
    void shouldBypassWhereStatementsOutsideOfTransactionsGoToReplicas() {
        DefaultStoreMode mode = new DefaultStoreMode(true);
        mode.customize(properties);
        assertThat(mode.isBypass()).isTrue();
        assertThat(properties)
                .containsEntry("jakarta.persistence.cache.storeMode", CacheStoreMode.BYPASS)
                .containsEntry("javax.persistence.cache.storeMode", CacheStoreMode.BYPASS);
    }

    @Test
    void shouldLeaveWhatTheApplicationHasSet() {
        properties.put("jakarta.persistence.cache.storeMode", CacheStoreMode.USE);
        DefaultStoreMode mode = new DefaultStoreMode(true);
        mode.customize(properties);
        assertThat(mode.isBypass()).isFalse();
        assertThat(properties).hasSize(1);
    }

    @Test
    void shouldDoNothingWhereTheyGoToThePrimary(CapturedOutput output) {
        properties.put("hibernate.cache.use_query_cache", "true");
        DefaultStoreMode mode = new DefaultStoreMode(false);
        mode.customize(properties);
        assertThat(mode.isBypass()).isFalse();
        assertThat(properties).hasSize(1);
        assertThat(output).isEmpty();
    }

    @Test
    void shouldWarnOfQueriesThatAreCachedOutsideOfTransactions(CapturedOutput output) {
        properties.put("hibernate.cache.use_query_cache", "true");
        new DefaultStoreMode(true).customize(properties);
        assertThat(output).contains("hibernate.cache.use_query_cache=true", "Run such queries in transactions");
    }
}
