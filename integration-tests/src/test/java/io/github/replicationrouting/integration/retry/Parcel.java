package io.github.replicationrouting.integration.retry;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.PrePersist;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An entity with an id that the application assigns, no version, and a collection in an embedded object. */
@Entity
class Parcel {

    @Id
    private @Nullable Long id;

    @Embedded
    private Content content = new Content();

    protected Parcel() {}

    Parcel(long id, String label) {
        this.id = id;
        label(label);
    }

    void label(String label) {
        content.labels.add(label);
    }

    int getWeight() {
        return content.weight;
    }

    @PrePersist
    void weigh() {
        content.weight = content.labels.size();
    }

    @Embeddable
    static class Content {

        private int weight;

        @ElementCollection
        @CollectionTable(name = "parcel_label", joinColumns = @JoinColumn(name = "parcel_id"))
        private List<String> labels = new ArrayList<>();
    }
}
