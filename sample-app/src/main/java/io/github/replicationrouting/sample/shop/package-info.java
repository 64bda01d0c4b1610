/** The shop: a catalogue by Spring Data JPA, orders by {@code JdbcClient}, and the REST API of both. */
@NullMarked
package io.github.replicationrouting.sample.shop;

import org.jspecify.annotations.NullMarked;
