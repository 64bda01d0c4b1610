package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.conflict.UnresolvedConflictException;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ShopController {

    private final Catalogue catalogue;

    private final Orders orders;

    private final Texts texts;

    private final Traffic traffic;

    ShopController(Catalogue catalogue, Orders orders, Texts texts, Traffic traffic) {
        this.catalogue = catalogue;
        this.orders = orders;
        this.texts = texts;
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

    @GetMapping("/products/{id}/text")
    Served<ProductText> text(@PathVariable long id) {
        return texts.text(id);
    }

    /** Saves a change of a text, merged with those that others have made since {@code base} was read. */
    @PutMapping("/products/{id}/text")
    TextEdit edit(@PathVariable long id, @RequestBody TextChange change) {
        return texts.save(new ProductText(id, change.version(), change.base()), change.mine(), () -> {});
    }

    /** Both have changed the same line: the user decides. */
    @ExceptionHandler
    ProblemDetail unresolved(UnresolvedConflictException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(e.getMessage()));
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

    /** What the editor saw, with its version, and what the editor made of it. */
    record TextChange(int version, String base, String mine) {}

    record Purchase(Served<Product> product, Served<Order> order) {}
}
