package io.github.replicationrouting.integration.conflict;

import io.github.replicationrouting.conflict.VersionedStore;
import jakarta.persistence.EntityManager;
import java.util.concurrent.atomic.AtomicInteger;

/** Articles, with a count of the attempts to save one. */
final class ArticleStore implements VersionedStore<Article> {

    private final EntityManager entities;
    private final AtomicInteger loads = new AtomicInteger();
    private Runnable afterLoad = () -> {};

    ArticleStore(EntityManager entities) {
        this.entities = entities;
    }

    /** Runs between the load and the save of each attempt. */
    ArticleStore afterLoad(Runnable work) {
        afterLoad = work;
        return this;
    }

    int loads() {
        return loads.get();
    }

    @Override
    public Object version(Article article) {
        return article.version();
    }

    @Override
    public Article load(Article base) {
        loads.incrementAndGet();
        Article stored = entities.find(Article.class, base.id());
        afterLoad.run();
        return stored;
    }

    @Override
    public Article save(Article stored, Article changed) {
        stored.take(changed);
        return stored;
    }
}
