package io.github.replicationrouting.integration.selection;

import io.github.replicationrouting.test.ClusterKind;

class MariaDbMembershipIT extends MembershipTests {

    MariaDbMembershipIT() {
        super(ClusterKind.MARIADB);
    }
}
