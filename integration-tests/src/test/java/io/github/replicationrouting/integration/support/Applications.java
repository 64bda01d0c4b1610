package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Spring Boot applications on clusters of real servers. Both are started on demand. A cluster is shared by the test
 * classes of a JVM, until it is the least recently used one of too many; an application by the tests of a class with
 * the same arguments, after which it must have returned every connection.
 */
public final class Applications implements AutoCloseable {

    /** Three servers each, in each of several JVMs: all kinds together need more memory than small machines have. */
    private static final int MAX_CLUSTERS = 2;

    /**
     * The least recently used one first; futures, so that a cluster that does not start is not started again for every
     * test.
     */
    private final Map<Stack, CompletableFuture<Servers>> servers = new LinkedHashMap<>(8, 0.75f, true);

    private final Map<List<Object>, TestApplication> applications = new HashMap<>();

    private Applications() {}

    /** Returns the application with these settings, with all of its nodes eligible. */
    public TestApplication get(Stack stack, Class<?> configuration, String... properties) {
        TestApplication application =
                applications.computeIfAbsent(List.of(stack, configuration, List.of(properties)), key -> {
                    // A fault that an earlier class left is the failure of that class.
                    cluster(stack).heal();
                    return start(stack, configuration, properties);
                });
        application.awaitAllEligible();
        return application;
    }

    /** Starts an application of the caller, on nodes that may be down. */
    public TestApplication start(Stack stack, Class<?> configuration, String... properties) {
        return TestApplication.start(serversOf(stack), stack.driver(), configuration, properties);
    }

    /** Starts an application of the caller that has only some of the nodes, by name. */
    public TestApplication start(Stack stack, List<String> nodes, Class<?> configuration, String... properties) {
        return serversOf(stack).start(stack, nodes, configuration, properties);
    }

    public ReplicatedCluster cluster(Stack stack) {
        return serversOf(stack).cluster();
    }

    private Servers serversOf(Stack stack) {
        if (!servers.containsKey(stack.cluster()) && servers.size() >= MAX_CLUSTERS) {
            closeLeastRecentlyUsed();
        }
        try {
            return servers.computeIfAbsent(stack.cluster(), Applications::startServers)
                    .join();
        } catch (CompletionException e) {
            // Unwrapped, so that JUnit recognizes a skipped test.
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void closeLeastRecentlyUsed() {
        Iterator<CompletableFuture<Servers>> oldestFirst = servers.values().iterator();
        CompletableFuture<Servers> oldest = oldestFirst.next();
        oldestFirst.remove();
        close(oldest);
    }

    private static void close(CompletableFuture<Servers> start) {
        if (!start.isCompletedExceptionally()) {
            start.join().close();
        }
    }

    private static CompletableFuture<Servers> startServers(Stack stack) {
        try {
            return CompletableFuture.completedFuture(Servers.on(stack.builder().start()));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void closeApplications() {
        try {
            applications.values().forEach(TestApplication::awaitNothingHeld);
        } finally {
            applications.values().forEach(TestApplication::close);
            applications.clear();
        }
    }

    @Override
    public void close() {
        servers.values().forEach(Applications::close);
    }

    /** Passes the applications to the constructors of test classes. */
    public static final class Extension implements ParameterResolver, AfterClassTemplateInvocationCallback {

        private static final Namespace NAMESPACE = Namespace.create(Applications.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Applications.class;
        }

        @Override
        public Applications resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return shared(context);
        }

        @Override
        public void afterClassTemplateInvocation(ExtensionContext context) {
            shared(context).closeApplications();
        }

        private static Applications shared(ExtensionContext context) {
            return context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
                    .computeIfAbsent(Applications.class, type -> new Applications(), Applications.class);
        }
    }
}
