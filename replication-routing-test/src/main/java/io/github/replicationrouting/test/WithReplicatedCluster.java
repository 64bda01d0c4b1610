package io.github.replicationrouting.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class with a {@link ReplicatedCluster}, injected into its static fields and parameters of that
 * type.
 *
 * <p>After each test the cluster is {@linkplain ReplicatedCluster#heal() healed}: a fault ends with its test. Data
 * stays, see {@link ReplicatedCluster#recreateDatabase()}. Tests that share a cluster must not run in parallel.
 *
 * <p>In a Spring test the cluster's nodes are those of the routing data source; no node has to be configured. Test
 * slices do not replace it by an embedded database.
 *
 * <p>Where the cluster cannot run (no Docker) the class is skipped, and fails where the environment has
 * {@code CI=true}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(ReplicatedClusterExtension.class)
public @interface WithReplicatedCluster {

    /** The database of the servers. */
    ClusterKind kind() default ClusterKind.MARIADB;

    /** The number of replicas. */
    int replicas() default 2;

    /** Whether the servers have GTIDs; only MySQL can run without. */
    boolean gtids() default true;

    /** Additional arguments for every server. */
    String[] serverArguments() default {};

    /** The driver of Spring tests; by default that of the servers' vendor. */
    JdbcDriver driver() default JdbcDriver.AUTO;

    /**
     * Whether all test classes of a run that require the same cluster share one. Otherwise the class has a cluster of
     * its own, closed at its end; a Spring test should then close its context as well ({@code @DirtiesContext}).
     */
    boolean shared() default true;
}
