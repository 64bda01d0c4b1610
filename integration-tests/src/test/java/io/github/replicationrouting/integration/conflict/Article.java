package io.github.replicationrouting.integration.conflict;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;

/** An entity with a version, one value that commutes and one that does not. */
@Entity
class Article {

    @Id
    private long id;

    @Version
    private Integer version;

    private String title;
    private int stock;

    protected Article() {}

    Article(long id, String title, int stock) {
        this.id = id;
        this.title = title;
        this.stock = stock;
    }

    long id() {
        return id;
    }

    Integer version() {
        return version;
    }

    String title() {
        return title;
    }

    int stock() {
        return stock;
    }

    Article titled(String newTitle) {
        return copy(newTitle, stock);
    }

    Article stocked(int more) {
        return copy(title, stock + more);
    }

    private Article copy(String newTitle, int newStock) {
        Article copy = new Article(id, newTitle, newStock);
        copy.version = version;
        return copy;
    }

    void take(Article changed) {
        title = changed.title;
        stock = changed.stock;
    }
}
