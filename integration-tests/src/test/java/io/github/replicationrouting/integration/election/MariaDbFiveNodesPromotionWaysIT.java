package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.support.Stack;

class MariaDbFiveNodesPromotionWaysIT extends PromotionWaysTests {

    MariaDbFiveNodesPromotionWaysIT() {
        super(Stack.MARIADB, 5);
    }
}
