package io.github.replicationrouting.sample.shop;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

@ResponseStatus(HttpStatus.NOT_FOUND)
final class NotFoundException extends RuntimeException {

    NotFoundException(String what, long id) {
        super("There is no %s %d".formatted(what, id));
    }
}
