package io.github.replicationrouting.integration.selection;

import io.github.replicationrouting.test.ClusterKind;

class MySqlEndpointIT extends EndpointTests {

    MySqlEndpointIT() throws Exception {
        super(ClusterKind.MYSQL);
    }
}
