package io.github.replicationrouting.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class with a {@link ReplicatedCluster}, given to its static fields and its parameters of that type.
 *
 * <p>After each test the cluster is {@linkplain ReplicatedCluster#heal() healed}: a fault ends with the test that made
 * it. Data stays, see {@link ReplicatedCluster#recreateDatabase()}. Tests that share a cluster must not run in parallel.
 *
 * <p>In a Spring test the cluster's nodes are those of the routing data source; no node has to be configured. Test
 * slices do not replace it by an embedded database.
 *
 * <p>Where the cluster cannot run (no Docker) the class is skipped, and fails where the environment says
 * {@code CI=true}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(ReplicatedClusterExtension.class)
public @interface WithReplicatedCluster {

    /** Which database. */
    ClusterKind kind() default ClusterKind.MARIADB;

    /** The number of replicas. */
    int replicas() default 2;

    /** Whether the servers count transactions; MySQL only can do without. */
    boolean gtids() default true;

    /** More arguments for every server. */
    String[] serverArguments() default {};

    /** The driver that Spring tests reach the nodes with; that of the servers unless set. */
    JdbcDriver driver() default JdbcDriver.AUTO;

    /**
     * Whether all test classes of a run that ask for the same cluster share one. Otherwise the class has one of its own,
     * closed at its end; a Spring test should then close its context as well ({@code @DirtiesContext}).
     */
    boolean shared() default true;
}
