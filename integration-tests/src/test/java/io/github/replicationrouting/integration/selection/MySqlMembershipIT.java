package io.github.replicationrouting.integration.selection;

import io.github.replicationrouting.test.ClusterKind;

class MySqlMembershipIT extends MembershipTests {

    MySqlMembershipIT() {
        super(ClusterKind.MYSQL);
    }
}
