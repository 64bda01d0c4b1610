package io.github.replicationrouting.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Analyzer of the failure of an application that configures no data source at all. Mentions the nodes beside
 * {@code spring.datasource}. Spring Boot's exception is not public and is recognized by its name; should that change,
 * Boot's own analysis remains.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingDataSourceUrlFailureAnalyzer extends AbstractFailureAnalyzer<RuntimeException> {

    private static final String EXCEPTION = "DataSourceBeanCreationException";

    private final Environment environment;

    MissingDataSourceUrlFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    private boolean nothingIsSet() {
        return !environment.containsProperty("spring.datasource.url")
                && new ConfiguredKeys(environment).nodes().isEmpty();
    }

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !cause.getClass().getSimpleName().equals(EXCEPTION)) {
            cause = cause.getCause();
        }
        return cause instanceof RuntimeException missing && nothingIsSet() ? analyze(failure, missing) : null;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, RuntimeException cause) {
        return new FailureAnalysis(
                "Failed to configure a DataSource: neither 'replication.routing.nodes' nor 'spring.datasource.url' is"
                        + " set, and no embedded database was found.\n\nReason: " + cause.getMessage() + "\n",
                """
                Consider the following:

                	- To route over the nodes of a replicated database, list them, for example \
                replication.routing.nodes.db1.url=jdbc:mysql://db1:3306/shop
                	- For a single database, set 'spring.datasource.url'
                	- If these settings are in a profile, activate it""",
                cause);
    }
}
