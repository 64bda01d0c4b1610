package io.github.replicationrouting.test;

import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * Whether a kind of cluster can run here. Where it cannot, a developer's tests are skipped, but those of a continuous
 * integration (environment variable {@code CI=true}) fail, so that no test is skipped there unnoticed.
 */
final class Availability {

    private final @Nullable String reason;

    private final boolean continuousIntegration;

    Availability(@Nullable String reason, @Nullable String ci) {
        this.reason = reason;
        this.continuousIntegration = "true".equalsIgnoreCase(ci);
    }

    static Availability of(ClusterKind kind) {
        return new Availability(kind.unavailable(), System.getenv("CI"));
    }

    /** Returns why tests are skipped; null if they run, even if only to fail. */
    @Nullable
    String skipReason() {
        return continuousIntegration ? null : reason;
    }

    /**
     * Does nothing if the cluster can run here.
     *
     * @throws TestAbortedException if the cluster cannot run here and may be skipped
     * @throws IllegalStateException if it cannot run here but must not be skipped
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
