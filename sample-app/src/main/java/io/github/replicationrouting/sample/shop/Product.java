package io.github.replicationrouting.sample.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.math.BigDecimal;

@Entity
class Product {

    @Id
    private Long id;

    private String name;

    private BigDecimal price;

    private int stock;

    @SuppressWarnings("NullAway.Init")
    protected Product() {}

    public Long getId() {
        return id;
    }

    public String getName() {
        return name;
    }

    public BigDecimal getPrice() {
        return price;
    }

    public int getStock() {
        return stock;
    }
}
