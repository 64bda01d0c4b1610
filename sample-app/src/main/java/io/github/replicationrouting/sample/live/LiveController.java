package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.sample.shop.Editors;
import io.github.replicationrouting.sample.shop.TextEdit;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The requests of the live page. Actions on servers run after the answer; the feed shows their effect. */
@RestController
@RequestMapping("/live")
class LiveController {

    private final LiveFeed feed;
    private final Load load;
    private final Faults faults;
    private final ReplicationRouting routing;
    private final PolicySwitch policies;
    private final Editors editors;

    LiveController(
            LiveFeed feed,
            Load load,
            Faults faults,
            ReplicationRouting routing,
            PolicySwitch policies,
            Editors editors) {
        this.feed = feed;
        this.load = load;
        this.faults = faults;
        this.routing = routing;
        this.policies = policies;
        this.editors = editors;
    }

    @GetMapping("/feed")
    SseEmitter feed() {
        return feed.open();
    }

    @PostMapping("/load/start")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void startLoad() {
        load.start();
    }

    @PostMapping("/load/stop")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void stopLoad() {
        load.stop();
    }

    @PostMapping("/nodes/{node}/{action}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void act(@PathVariable String node, @PathVariable String action) {
        switch (action) {
            case "drain" -> routing.drain(node);
            case "undrain" -> routing.undrain(node);
            default -> faults.request(node, action);
        }
    }

    @PostMapping("/policy/{policy}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void policy(@PathVariable String policy) {
        policies.to(policy);
    }

    /** Two editors change one text at the same time; answers when both are saved. */
    @PostMapping("/edits")
    List<TextEdit> edits() {
        return editors.edit();
    }

    @PostMapping("/heal")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void heal() {
        faults.heal();
    }

    /** An editor could not save. */
    @ExceptionHandler
    ProblemDetail failed(CompletionException e) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.CONFLICT,
                String.valueOf(NestedExceptionUtils.getMostSpecificCause(e).getMessage()));
    }

    @ExceptionHandler
    ProblemDetail badRequest(IllegalArgumentException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail conflict(IllegalStateException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, String.valueOf(e.getMessage()));
    }
}
