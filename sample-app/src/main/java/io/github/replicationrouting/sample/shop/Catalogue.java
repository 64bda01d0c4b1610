package io.github.replicationrouting.sample.shop;

import java.util.List;
import org.springframework.data.domain.Sort;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
@Transactional(readOnly = true)
class Catalogue {

    private final Products products;

    private final ServingNodes nodes;

    Catalogue(Products products, ServingNodes nodes) {
        this.products = products;
        this.nodes = nodes;
    }

    Served<List<Product>> all() {
        return nodes.served(products.findAll(Sort.by("id")));
    }

    Served<Product> product(long id) {
        return nodes.served(products.findById(id).orElseThrow(() -> new NotFoundException("product", id)));
    }
}
