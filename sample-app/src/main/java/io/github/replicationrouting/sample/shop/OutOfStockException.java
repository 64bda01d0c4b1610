package io.github.replicationrouting.sample.shop;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

@ResponseStatus(HttpStatus.CONFLICT)
final class OutOfStockException extends RuntimeException {

    OutOfStockException(long productId, int quantity) {
        super("Product %d is out of stock: %d were ordered".formatted(productId, quantity));
    }
}
