package io.github.replicationrouting.autoconfigure.jpa;

import jakarta.persistence.CacheStoreMode;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Default store mode of persistence contexts. It is {@code BYPASS} when statements outside transactions go to replicas:
 * no transaction begins then that could set the mode. Thread-safe.
 */
final class DefaultCacheStoreMode {

    /** Hibernate 7.4 reads this name first and has a default for it. */
    private static final String LEGACY_STORE_MODE = "javax.persistence.cache.storeMode";

    private static final String QUERY_CACHE = "hibernate.cache.use_query_cache";

    private static final Logger log = LoggerFactory.getLogger(DefaultCacheStoreMode.class);

    private final boolean outsideTransactionOnReplicas;
    private volatile boolean bypass;

    DefaultCacheStoreMode(boolean outsideTransactionOnReplicas) {
        this.outsideTransactionOnReplicas = outsideTransactionOnReplicas;
    }

    /** Returns whether this object has set the default. One that the application sets itself applies unchanged. */
    boolean isBypass() {
        return bypass;
    }

    /** Sets the default unless the application has set one. */
    void customize(Map<String, Object> properties) {
        if (outsideTransactionOnReplicas
                && !properties.containsKey(LEGACY_STORE_MODE)
                && properties.putIfAbsent(CacheModes.STORE_MODE, CacheStoreMode.BYPASS) == null) {
            properties.put(LEGACY_STORE_MODE, CacheStoreMode.BYPASS);
            bypass = true;
        }
        if (outsideTransactionOnReplicas && "true".equals(String.valueOf(properties.get(QUERY_CACHE)))) {
            log.warn(
                    "{}=true and replication.routing.reads.outside-transaction=replica: a cacheable query outside a"
                            + " transaction may read from a replica that lags, and its result stays in the cache. Run"
                            + " cacheable queries in transactions.",
                    QUERY_CACHE);
        }
    }
}
