package io.github.replicationrouting.test;

import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * Whether a kind of cluster can run here. Where it cannot, a developer's tests are skipped, but those of a continuous
 * integration (environment variable {@code CI=true}) fail: nothing goes untested there without notice.
 */
final class Availability {

    private final @Nullable String reason;

    private final boolean continuousIntegration;

    Availability(@Nullable String reason, @Nullable String ci) {
        this.reason = reason;
        this.continuousIntegration = "true".equalsIgnoreCase(ci);
    }

    static Availability of(ClusterKind kind) {
        String reason =
                switch (kind) {
                    case MARIADB -> MariaDbBinaries.unavailable();
                    case MYSQL -> DockerAvailability.unavailable(ReplicatedCluster.mysqlImage());
                };
        return new Availability(reason, System.getenv("CI"));
    }

    /** Why tests are to be skipped; null if they are to be run, be it to fail. */
    @Nullable
    String skipReason() {
        return continuousIntegration ? null : reason;
    }

    /**
     * @throws TestAbortedException if the cluster cannot run here and may be skipped
     * @throws IllegalStateException if it cannot run here and must
     */
    void require() {
        if (reason != null) {
            if (continuousIntegration) {
                throw new IllegalStateException(reason + "; with CI=true that is a failure");
            }
            throw new TestAbortedException(reason);
        }
    }
}
