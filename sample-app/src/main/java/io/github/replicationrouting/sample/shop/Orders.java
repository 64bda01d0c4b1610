package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.WriteAffinity;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Orders {

    private final JdbcClient jdbc;

    private final Products products;

    private final ServingNodes nodes;

    Orders(JdbcClient jdbc, Products products, ServingNodes nodes) {
        this.jdbc = jdbc;
        this.products = products;
        this.nodes = nodes;
    }

    @Transactional(readOnly = true)
    Served<Order> order(long id) {
        return nodes.served(find(id));
    }

    private Order find(long id) {
        return jdbc.sql("SELECT id, product_id AS productId, quantity FROM orders WHERE id = ?")
                .param(id)
                .query(Order.class)
                .optional()
                .orElseThrow(() -> new NotFoundException("order", id));
    }

    /**
     * Reduces the stock by JPA and writes the order by JDBC, in one transaction. With several masters under the policy
     * affinity, all orders of a product are written on one of them.
     */
    @WriteAffinity("#productId")
    @Transactional
    Served<Order> place(long productId, int quantity) {
        if (products.take(productId, quantity) == 0) {
            throw new OutOfStockException(productId, quantity);
        }
        var key = new GeneratedKeyHolder();
        jdbc.sql("INSERT INTO orders (product_id, quantity) VALUES (?, ?)")
                .params(productId, quantity)
                .update(key);
        long id = Objects.requireNonNull(key.getKey()).longValue();
        return nodes.served(new Order(id, productId, quantity));
    }

    /** Restores the stock and deletes the order. Like {@link #place}, it locks the product first: no deadlock. */
    @WriteAffinity("#order.productId()")
    @Transactional
    void cancel(Order order) {
        products.putBack(order.productId(), order.quantity());
        jdbc.sql("DELETE FROM orders WHERE id = ?").param(order.id()).update();
    }
}
