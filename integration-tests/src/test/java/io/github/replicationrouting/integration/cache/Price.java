package io.github.replicationrouting.integration.cache;

import jakarta.persistence.Cacheable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;

@Entity
@Cacheable
@Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
class Price {

    @Id
    private long id;

    private int amount;

    protected Price() {}

    Price(long id, int amount) {
        this.id = id;
        this.amount = amount;
    }

    int amount() {
        return amount;
    }
}
