package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.InvalidSettingsException;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Analyzer of the failure of a start because of {@link InvalidSettingsException invalid settings}. */
final class InvalidSettingsFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingsException cause) {
        return new FailureAnalysis(
                "Failed to configure the routing DataSource:\n\n" + list(cause.problems(), Problem::description),
                "Consider the following:\n\n" + list(cause.problems(), Problem::action),
                cause);
    }

    private static String list(List<Problem> problems, Function<Problem, String> text) {
        return problems.stream().map(text).distinct().map(line -> "\t- " + line).collect(Collectors.joining("\n"));
    }
}
