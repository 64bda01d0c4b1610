package io.github.replicationrouting.integration.retry;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** An entity with an id that the application assigns and a version of JPA. */
@Entity
class Stock extends AbstractAggregateRoot<Stock> {

    @Id
    private @Nullable Long id;

    @Version
    private @Nullable Integer version;

    private int amount;

    protected Stock() {}

    Stock(long id, int amount) {
        this.id = id;
        this.amount = amount;
    }

    @Nullable
    Integer getVersion() {
        return version;
    }

    int getAmount() {
        return amount;
    }

    void add(int more) {
        amount += more;
    }

    void announce() {
        registerEvent("arrived");
    }
}
