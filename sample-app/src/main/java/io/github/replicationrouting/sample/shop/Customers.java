package io.github.replicationrouting.sample.shop;

import java.util.concurrent.ThreadLocalRandom;
import org.springframework.stereotype.Component;

/** The actions of a customer, for the load of the live page. Failures are counted, not thrown. */
@Component
public class Customers {

    private static final long PRODUCTS = 3;

    private final Catalogue catalogue;
    private final Orders orders;
    private final Traffic traffic;

    Customers(Catalogue catalogue, Orders orders, Traffic traffic) {
        this.catalogue = catalogue;
        this.orders = orders;
        this.traffic = traffic;
    }

    /** Reads one product. */
    public void browse() {
        attempt(Traffic.Kind.READ, () -> catalogue.product(anyProduct()));
    }

    /** Orders one of a product and cancels the order, so that the stock never runs out. */
    public void buy() {
        attempt(Traffic.Kind.WRITE, () -> {
            Served<Order> order = orders.place(anyProduct(), 1);
            orders.cancel(order.answer());
        });
    }

    private void attempt(Traffic.Kind kind, Runnable work) {
        long began = System.nanoTime();
        try {
            work.run();
            traffic.took(System.nanoTime() - began);
        } catch (RuntimeException e) {
            traffic.failed(kind, e);
        }
    }

    private static long anyProduct() {
        return ThreadLocalRandom.current().nextLong(1, PRODUCTS + 1);
    }
}
