package io.github.replicationrouting.integration.retry;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.CrudRepository;
import org.springframework.transaction.annotation.Transactional;

/** A Spring Data JDBC repository whose entities are changed when they are saved. */
interface ItemRepository extends CrudRepository<ItemRepository.Item, Long> {

    List<Item> findByName(String name);

    @Transactional
    default void inWrite(Runnable work) {
        work.run();
    }

    @Table("author")
    class Item {

        @Id
        private @Nullable Long id;

        private String name;

        Item(String name) {
            this.name = name;
        }

        @Nullable
        Long getId() {
            return id;
        }

        String getName() {
            return name;
        }
    }
}
