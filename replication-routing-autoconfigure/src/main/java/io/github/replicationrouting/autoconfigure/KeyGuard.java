package io.github.replicationrouting.autoconfigure;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/** Post-processor that fails the start when a key is unknown, before anything is bound, with or without nodes. */
final class KeyGuard implements BeanFactoryPostProcessor, PriorityOrdered {

    private final Environment environment;

    KeyGuard(Environment environment) {
        this.environment = environment;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        if (RouterGuard.isAheadOfTime()) {
            return;
        }
        boolean nodesFromBean = RouterGuard.has(beanFactory, ReplicationRoutingConnectionDetails.class);
        ConfiguredKeys configured = new ConfiguredKeys(environment);
        Problems problems = new Problems();
        new UnknownKeyCheck(configured).check(problems::add);
        new NodeKeyCheck(configured, nodesFromBean).check(problems::add);
        problems.throwIfAny();
    }
}
