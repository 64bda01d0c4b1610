package io.github.replicationrouting.autoconfigure.jpa;

import jakarta.persistence.CacheStoreMode;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where statements outside of transactions go to replicas, persistence contexts store nothing in shared caches by
 * default: no transaction begins that could say so. Thread-safe.
 */
final class DefaultStoreMode {

    /** Hibernate 7.4 has a default for it, and asks it first. */
    private static final String FORMER_STORE_MODE = "javax.persistence.cache.storeMode";

    private static final String QUERY_CACHE = "hibernate.cache.use_query_cache";

    private static final Logger log = LoggerFactory.getLogger(DefaultStoreMode.class);

    private final boolean outsideTransactionOnReplicas;
    private volatile boolean bypass;

    DefaultStoreMode(boolean outsideTransactionOnReplicas) {
        this.outsideTransactionOnReplicas = outsideTransactionOnReplicas;
    }

    /** Whether the default is of this making: what an application sets itself is for all of its transactions. */
    boolean isBypass() {
        return bypass;
    }

    /** Sets the default, where there is none. */
    void customize(Map<String, Object> properties) {
        if (outsideTransactionOnReplicas
                && !properties.containsKey(FORMER_STORE_MODE)
                && properties.putIfAbsent(CacheModes.STORE_MODE, CacheStoreMode.BYPASS) == null) {
            properties.put(FORMER_STORE_MODE, CacheStoreMode.BYPASS);
            bypass = true;
        }
        if (outsideTransactionOnReplicas && "true".equals(String.valueOf(properties.get(QUERY_CACHE)))) {
            log.warn(
                    "{}=true and replication.routing.reads.outside-transaction=replica: the result of a cacheable query"
                            + " outside of transactions may come from a replica that is late, and stays in the cache. Run such"
                            + " queries in transactions.",
                    QUERY_CACHE);
        }
    }
}
