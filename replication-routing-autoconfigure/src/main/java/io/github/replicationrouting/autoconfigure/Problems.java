package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.InvalidSettingsException;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a configuration, so that one failed start shows all of it. */
final class Problems {

    private final List<Problem> problems = new ArrayList<>();

    void add(Problem problem) {
        problems.add(problem);
    }

    void add(String description, String action) {
        add(new Problem(description, action));
    }

    /**
     * Adds the problems of settings that cannot be created.
     *
     * @param settings creates the settings
     */
    void addThoseOf(Runnable settings) {
        try {
            settings.run();
        } catch (InvalidSettingsException e) {
            problems.addAll(e.problems());
        }
    }

    /** @throws InvalidSettingsException when a problem was added */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }
}
