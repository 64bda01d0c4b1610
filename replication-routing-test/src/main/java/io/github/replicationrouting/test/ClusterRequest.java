package io.github.replicationrouting.test;

import java.util.List;
import java.util.Optional;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The cluster and driver that a test class requires by {@link WithReplicatedCluster}, on itself or on an enclosing
 * class.
 */
record ClusterRequest(ClusterKey key, JdbcDriver driver) {

    static Optional<ClusterRequest> of(Class<?> testClass) {
        for (Class<?> type = testClass; type != null; type = type.getEnclosingClass()) {
            Optional<WithReplicatedCluster> annotation =
                    AnnotationSupport.findAnnotation(type, WithReplicatedCluster.class);
            if (annotation.isPresent()) {
                return Optional.of(of(annotation.get(), type));
            }
        }
        return Optional.empty();
    }

    private static ClusterRequest of(WithReplicatedCluster annotation, Class<?> type) {
        var key = new ClusterKey(
                annotation.kind(),
                annotation.replicas(),
                annotation.gtids(),
                List.of(annotation.serverArguments()),
                annotation.shared() ? null : type);
        return new ClusterRequest(key, annotation.driver());
    }
}
