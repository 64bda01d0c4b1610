package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.autoconfigure.InvalidRoutingConfigurationException.Problem;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a configuration that cannot be routed. */
final class InvalidRoutingConfigurationFailureAnalyzer
        extends AbstractFailureAnalyzer<InvalidRoutingConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidRoutingConfigurationException cause) {
        return new FailureAnalysis(
                "Failed to configure the routing DataSource:\n\n" + list(cause.problems(), Problem::description),
                "Consider the following:\n\n" + list(cause.problems(), Problem::action),
                cause);
    }

    private static String list(List<Problem> problems, Function<Problem, String> text) {
        return problems.stream().map(text).distinct().map(line -> "\t- " + line).collect(Collectors.joining("\n"));
    }
}
