package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ClusterKind;

/**
 * The kinds of server that this run uses: all of them, or with the system property {@code
 * integration-tests.servers=embedded} those that need no Docker.
 */
public final class EnabledServers {

    private static final boolean EMBEDDED_ONLY =
            switch (System.getProperty("integration-tests.servers", "all")) {
                case "all" -> false;
                case "embedded" -> true;
                default ->
                    throw new IllegalArgumentException("integration-tests.servers is 'all' or 'embedded', not '%s'"
                            .formatted(System.getProperty("integration-tests.servers")));
            };

    private EnabledServers() {}

    public static boolean include(ClusterKind kind) {
        return !EMBEDDED_ONLY || kind == ClusterKind.MARIADB;
    }
}
