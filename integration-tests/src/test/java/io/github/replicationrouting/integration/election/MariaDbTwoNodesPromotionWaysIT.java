package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.support.Stack;

class MariaDbTwoNodesPromotionWaysIT extends PromotionWaysTests {

    MariaDbTwoNodesPromotionWaysIT() {
        super(Stack.MARIADB, 2);
    }
}
