package io.github.replicationrouting.integration.group;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;

/** The faults of a replication group that elects its primary itself. */
@OnStacks(Stack.GROUP_REPLICATION_SINGLE_PRIMARY)
class SinglePrimaryFailoverIT extends GroupFailoverTests {

    SinglePrimaryFailoverIT(Stack stack, Applications applications) {
        super(stack, applications);
    }
}
