package io.github.replicationrouting.integration.retry;

import io.github.replicationrouting.integration.support.Author;
import jakarta.persistence.EntityManager;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Web pages over JPA, each of which loses its node once in a read-only transaction. */
@RestController
class Pages {

    private final EntityManager entities;
    private final Finder finder;

    Pages(EntityManager entities, Finder finder) {
        this.entities = entities;
        this.finder = finder;
    }

    /** Reads at the beginning of the request. */
    @GetMapping("/fresh/{id}")
    String fresh(@PathVariable Long id) {
        return describe(finder.find(id), finder.takeAttempts());
    }

    /** Reads after another read, whose entities the session still holds. */
    @GetMapping("/managed/{id}")
    String managed(@PathVariable Long id) {
        Author before = finder.findAlone(id);
        Author found = finder.find(id);
        return describe(found, finder.takeAttempts()) + (before == found ? "" : " twice");
    }

    /** Reads after part of the answer has been sent. */
    @GetMapping("/sent/{id}")
    void sent(@PathVariable Long id, HttpServletResponse response) throws IOException {
        response.getWriter().write("begun ");
        response.flushBuffer();
        try {
            response.getWriter().write(describe(finder.find(id), finder.takeAttempts()));
        } catch (RuntimeException e) {
            response.getWriter().write(whyNot(e));
        }
    }

    private String describe(Author author, int attempts) {
        return author.getName() + " after " + attempts + " attempts, "
                + (entities.contains(author) ? "managed" : "detached");
    }

    @ExceptionHandler
    ResponseEntity<String> failed(RuntimeException failure) {
        return ResponseEntity.status(HttpStatus.INTERNAL_SERVER_ERROR).body(whyNot(failure));
    }

    private static String whyNot(Throwable failure) {
        List<String> notes = new ArrayList<>();
        for (Throwable note : failure.getSuppressed()) {
            notes.add(note.getMessage());
        }
        return failure.getClass().getSimpleName() + " " + notes;
    }
}
