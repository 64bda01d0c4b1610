package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.support.Stack;

class MariaDbPromotionWaysIT extends PromotionWaysTests {

    MariaDbPromotionWaysIT() {
        super(Stack.MARIADB, 3);
    }
}
