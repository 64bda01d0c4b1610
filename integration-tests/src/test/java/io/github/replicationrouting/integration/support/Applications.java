package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Spring Boot applications on clusters of real servers. Clusters and applications are started when a test first asks
 * for them, shared by all test classes, checked for leaks after each class, and closed at the end.
 */
public final class Applications implements AutoCloseable {

    /** Futures, so that a cluster that does not start is not started again for every test. */
    private final Map<ClusterKind, CompletableFuture<Servers>> servers = new EnumMap<>(ClusterKind.class);

    private final Map<List<Object>, TestApplication> applications = new ConcurrentHashMap<>();

    /** The application with these settings, with all of its nodes in use. */
    public TestApplication get(Stack stack, Class<?> configuration, String... properties) {
        TestApplication application = applications.computeIfAbsent(
                List.of(stack, configuration, List.of(properties)), key -> start(stack, configuration, properties));
        application.awaitAllInUse();
        return application;
    }

    /** Starts an application of the caller's own, on nodes that may be down. */
    public TestApplication start(Stack stack, Class<?> configuration, String... properties) {
        return TestApplication.start(serversOf(stack), stack.driver(), configuration, properties);
    }

    public ReplicatedCluster cluster(Stack stack) {
        return serversOf(stack).cluster();
    }

    private synchronized Servers serversOf(Stack stack) {
        return servers.computeIfAbsent(stack.kind(), Applications::startServers).join();
    }

    private static CompletableFuture<Servers> startServers(ClusterKind kind) {
        try {
            return CompletableFuture.completedFuture(
                    Servers.on(ReplicatedCluster.of(kind).start()));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void checkForLeaks() {
        applications.values().forEach(TestApplication::awaitNothingHeld);
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(applications.values());
        servers.values().stream()
                .filter(start -> !start.isCompletedExceptionally())
                .forEach(start -> all.add(start.join()));
        for (AutoCloseable closeable : all) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Gives test classes the applications as a constructor's parameter. */
    public static final class Extension implements ParameterResolver, AfterAllCallback {

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
        public void afterAll(ExtensionContext context) {
            shared(context).checkForLeaks();
        }

        private static Applications shared(ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(Applications.class, type -> new Applications(), Applications.class);
        }
    }
}
