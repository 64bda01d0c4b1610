package io.github.replicationrouting.integration.boot;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

/** An entity to read and write. */
@Entity
class Item {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String name = "";

    protected Item() {}

    Item(String name) {
        this.name = name;
    }

    @Nullable
    Long id() {
        return id;
    }

    String name() {
        return name;
    }
}
