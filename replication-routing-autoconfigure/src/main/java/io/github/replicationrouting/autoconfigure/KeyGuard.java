package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.autoconfigure.InvalidRoutingConfigurationException.Problem;
import java.util.List;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/** Ends the start where a key is not known, before anything is bound: whether or not there are nodes. */
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
        if (RouterGuard.isBuilding()) {
            return;
        }
        boolean nodesOfBean = RouterGuard.has(beanFactory, ReplicationRoutingConnectionDetails.class);
        List<Problem> problems = new KeyCheck(new WrittenKeys(environment), nodesOfBean).problems();
        if (!problems.isEmpty()) {
            throw new InvalidRoutingConfigurationException(problems);
        }
    }
}
