package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.UsePrimary;
import io.github.replicationrouting.WriteAffinity;
import io.github.replicationrouting.conflict.ConflictResolution;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** The descriptions of the products, which several editors may change at the same time. */
@Service
class Texts {

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final ServingNodes nodes;
    private final LineMerge merge = new LineMerge();

    Texts(JdbcClient jdbc, TransactionTemplate transactions, ServingNodes nodes) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.nodes = nodes;
    }

    /** Returns the newest text: an editor who began with an older one would conflict with what is stored already. */
    @UsePrimary
    @Transactional(readOnly = true)
    Served<ProductText> text(long productId) {
        ProductText text = ProductTextStore.find(jdbc, productId);
        if (text == null) {
            throw new NotFoundException("text of product", productId);
        }
        return nodes.served(text);
    }

    /**
     * Saves a change, merged with those that others have made since the editor saw {@code base}.
     *
     * @param afterFirstLoad runs in the first attempt, before it writes
     */
    @WriteAffinity("#base.productId()")
    TextEdit save(ProductText base, String mine, Runnable afterFirstLoad) {
        AtomicReference<String> theirs = new AtomicReference<>();
        ProductTextStore store = new ProductTextStore(jdbc, nodes, afterFirstLoad);
        ProductText stored = new ConflictResolution<>(transactions, store)
                .save(base, base.withText(mine), (ofBase, ofMine, ofTheirs) -> {
                    theirs.set(ofTheirs.text());
                    return merge.resolve(ofBase, ofMine, ofTheirs);
                });
        return new TextEdit(store.attempts(), base.text(), mine, theirs.get(), stored.text());
    }
}
