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
class DefaultCacheStoreModeTest {

    private final Map<String, Object> properties = new HashMap<>();

    @Test
    void whenStatementsOutsideTransactionsGoToReplicasShouldSetBypass() {
        DefaultCacheStoreMode mode = new DefaultCacheStoreMode(true);
        mode.customize(properties);
        assertThat(mode.isBypass()).isTrue();
        assertThat(properties)
                .containsEntry("jakarta.persistence.cache.storeMode", CacheStoreMode.BYPASS)
                .containsEntry("javax.persistence.cache.storeMode", CacheStoreMode.BYPASS);
    }

    @Test
    void whenApplicationHasSetTheModeShouldKeepIt() {
        properties.put("jakarta.persistence.cache.storeMode", CacheStoreMode.USE);
        DefaultCacheStoreMode mode = new DefaultCacheStoreMode(true);
        mode.customize(properties);
        assertThat(mode.isBypass()).isFalse();
        assertThat(properties).hasSize(1);
    }

    @Test
    void whenStatementsOutsideTransactionsGoToThePrimaryShouldDoNothing(CapturedOutput output) {
        properties.put("hibernate.cache.use_query_cache", "true");
        DefaultCacheStoreMode mode = new DefaultCacheStoreMode(false);
        mode.customize(properties);
        assertThat(mode.isBypass()).isFalse();
        assertThat(properties).hasSize(1);
        assertThat(output).isEmpty();
    }

    @Test
    void whenQueryCacheIsEnabledShouldWarn(CapturedOutput output) {
        properties.put("hibernate.cache.use_query_cache", "true");
        new DefaultCacheStoreMode(true).customize(properties);
        assertThat(output).contains("hibernate.cache.use_query_cache=true", "Run cacheable queries in transactions");
    }
}
