package io.github.replicationrouting.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong with the configuration of the router, found before anything was connected. */
final class InvalidRoutingConfigurationException extends RuntimeException {

    private final transient List<Problem> problems;

    InvalidRoutingConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::description).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong. Never holds a secret: no user name, password or URL parameter.
     *
     * @param description what is wrong, beginning with the full key
     * @param action how to mend it
     */
    record Problem(String description, String action) {}
}
