package io.github.replicationrouting.integration.election;

import io.github.replicationrouting.integration.support.Stack;

class MySqlPromotionWaysIT extends PromotionWaysTests {

    MySqlPromotionWaysIT() {
        super(Stack.MYSQL, 3);
    }
}
