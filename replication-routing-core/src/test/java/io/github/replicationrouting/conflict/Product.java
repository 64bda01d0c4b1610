package io.github.replicationrouting.conflict;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

record Product(
        long id,
        @Nullable Integer version,
        String name,
        int amount,
        @Nullable Instant changedAt) {

    Product(String name, int amount) {
        this(1, 1, name, amount, null);
    }

    Product withName(String newName) {
        return new Product(id, version, newName, amount, changedAt);
    }

    Product withAmount(int newAmount) {
        return new Product(id, version, name, newAmount, changedAt);
    }

    Product changedAt(@Nullable Instant time) {
        return new Product(id, version, name, amount, time);
    }
}
