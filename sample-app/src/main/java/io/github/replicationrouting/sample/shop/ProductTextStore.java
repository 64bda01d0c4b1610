package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.conflict.VersionedStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The descriptions, for one change of one of them. Notes the node of each attempt. */
final class ProductTextStore implements VersionedStore<ProductText> {

    private final JdbcClient jdbc;
    private final ServingNodes nodes;
    private final Runnable afterFirstLoad;
    private final List<String> attempts = new CopyOnWriteArrayList<>();

    ProductTextStore(JdbcClient jdbc, ServingNodes nodes, Runnable afterFirstLoad) {
        this.jdbc = jdbc;
        this.nodes = nodes;
        this.afterFirstLoad = afterFirstLoad;
    }

    /** Returns the node of each attempt. */
    List<String> attempts() {
        return List.copyOf(attempts);
    }

    @Override
    public Object version(ProductText loaded) {
        return loaded.version();
    }

    @Override
    public @Nullable ProductText load(ProductText base) {
        ProductText stored = find(jdbc, base.productId());
        attempts.add(nodes.current());
        if (attempts.size() == 1) {
            afterFirstLoad.run();
        }
        return stored;
    }

    @Override
    public ProductText save(ProductText stored, ProductText changed) {
        int updated = jdbc.sql(
                        "UPDATE product_text SET text = ?, version = version + 1 WHERE product_id = ? AND version = ?")
                .params(changed.text(), stored.productId(), stored.version())
                .update();
        if (updated == 0) {
            throw new OptimisticLockingFailureException(
                    "The text of product %d has changed meanwhile".formatted(stored.productId()));
        }
        return new ProductText(stored.productId(), stored.version() + 1, changed.text());
    }

    static @Nullable ProductText find(JdbcClient jdbc, long productId) {
        return jdbc.sql("SELECT product_id AS productId, version, text FROM product_text WHERE product_id = ?")
                .param(productId)
                .query(ProductText.class)
                .optional()
                .orElse(null);
    }
}
