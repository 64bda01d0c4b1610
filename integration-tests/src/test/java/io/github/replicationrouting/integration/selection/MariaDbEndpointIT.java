package io.github.replicationrouting.integration.selection;

import io.github.replicationrouting.test.ClusterKind;

class MariaDbEndpointIT extends EndpointTests {

    MariaDbEndpointIT() throws Exception {
        super(ClusterKind.MARIADB);
    }
}
