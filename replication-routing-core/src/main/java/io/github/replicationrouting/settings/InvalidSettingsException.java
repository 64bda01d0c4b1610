package io.github.replicationrouting.settings;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown before anything is connected, with everything that is wrong with the settings of a router. */
public final class InvalidSettingsException extends IllegalArgumentException {

    private final transient List<Problem> problems;

    /** @param problems what is wrong, at least one entry */
    public InvalidSettingsException(List<Problem> problems) {
        super(problems.stream().map(Problem::description).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in the order in which it was found. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong. Never holds a secret: no user name, password or URL parameter.
     *
     * @param description what is wrong, with the full key
     * @param action how to fix it
     */
    public record Problem(String description, String action) {}
}
