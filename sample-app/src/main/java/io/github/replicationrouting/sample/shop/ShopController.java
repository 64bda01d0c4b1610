package io.github.replicationrouting.sample.shop;

import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ShopController {

    private final Catalogue catalogue;

    private final Orders orders;

    private final Traffic traffic;

    ShopController(Catalogue catalogue, Orders orders, Traffic traffic) {
        this.catalogue = catalogue;
        this.orders = orders;
        this.traffic = traffic;
    }

    @GetMapping("/products")
    Served<List<Product>> products() {
        return catalogue.all();
    }

    @GetMapping("/products/{id}")
    Served<Product> product(@PathVariable long id) {
        return catalogue.product(id);
    }

    /** Orders one of a product. Two transactions in one open session: the first reads, the second writes. */
    @PostMapping("/products/{id}/purchase")
    Purchase purchase(@PathVariable long id) {
        Served<Product> product = catalogue.product(id);
        return new Purchase(product, orders.place(id, 1));
    }

    @PostMapping("/orders")
    Served<Order> place(@RequestBody OrderRequest request) {
        return orders.place(request.productId(), request.quantity());
    }

    @GetMapping("/orders/{id}")
    Served<Order> order(@PathVariable long id) {
        return orders.order(id);
    }

    @GetMapping("/nodes/served")
    Map<String, Long> served() {
        return traffic.served();
    }

    record OrderRequest(long productId, int quantity) {

        OrderRequest {
            if (quantity < 1) {
                throw new IllegalArgumentException("quantity must be positive, was " + quantity);
            }
        }
    }

    record Purchase(Served<Product> product, Served<Order> order) {}
}
