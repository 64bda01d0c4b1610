package io.github.replicationrouting.test;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Starts the cluster of a test class with {@link WithReplicatedCluster}, heals it after each test and closes it at the
 * end.
 */
final class ReplicatedClusterExtension
        implements ExecutionCondition, BeforeAllCallback, AfterEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ReplicatedClusterExtension.class);

    // A condition, because it is evaluated before Spring starts a context, which would fail without a cluster.
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String reason = context.getTestMethod().isPresent()
                ? null
                : Availability.of(request(context).key().kind()).skipReason();
        return reason == null
                ? ConditionEvaluationResult.enabled("the cluster can run here")
                : ConditionEvaluationResult.disabled(reason);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IllegalAccessException {
        ClusterKey key = request(context).key();
        ReplicatedCluster cluster = RunningClusters.get(key);
        closeAtEnd(key, context);
        for (Field field : fields(context.getRequiredTestClass())) {
            field.setAccessible(true);
            field.set(null, cluster);
        }
    }

    // A nested class finds the entry of its enclosing class. A shared cluster is closed at the end of the launcher's
    // session: build tools that run classes in several JVMs execute each class separately.
    private static void closeAtEnd(ClusterKey key, ExtensionContext context) {
        ExtensionContext.Store store = key.owner() == null
                ? context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
                : context.getStore(NAMESPACE);
        store.computeIfAbsent(key, absent -> (AutoCloseable) () -> RunningClusters.close(key), AutoCloseable.class);
    }

    private static List<Field> fields(Class<?> testClass) {
        return ReflectionSupport.findFields(
                testClass,
                field -> field.getType() == ReplicatedCluster.class
                        && Modifier.isStatic(field.getModifiers())
                        && !Modifier.isFinal(field.getModifiers()),
                HierarchyTraversalMode.TOP_DOWN);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        cluster(context).heal();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ReplicatedCluster.class;
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    private static ReplicatedCluster cluster(ExtensionContext context) {
        return RunningClusters.get(request(context).key());
    }

    private static ClusterRequest request(ExtensionContext context) {
        return ClusterRequest.of(context.getRequiredTestClass())
                .orElseThrow(() -> new IllegalStateException(
                        "%s is not annotated with @WithReplicatedCluster".formatted(context.getRequiredTestClass())));
    }
}
