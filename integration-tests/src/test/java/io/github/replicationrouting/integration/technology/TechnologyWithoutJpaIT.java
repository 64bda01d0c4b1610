package io.github.replicationrouting.integration.technology;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;

@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class TechnologyWithoutJpaIT extends TechnologyTests {

    TechnologyWithoutJpaIT(Stack stack, Applications applications) {
        super(stack, applications, TechnologyWithoutJpaApplication.class);
    }
}
