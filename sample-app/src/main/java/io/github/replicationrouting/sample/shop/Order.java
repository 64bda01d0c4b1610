package io.github.replicationrouting.sample.shop;

record Order(long id, long productId, int quantity) {}
