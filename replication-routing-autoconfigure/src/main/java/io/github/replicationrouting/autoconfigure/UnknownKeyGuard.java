package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.InvalidSettingsException;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.util.List;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/** Post-processor that fails the start when a key is unknown, before anything is bound, with or without nodes. */
final class UnknownKeyGuard implements BeanFactoryPostProcessor, PriorityOrdered {

    private final Environment environment;

    UnknownKeyGuard(Environment environment) {
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
        List<Problem> problems = new UnknownKeyCheck(new ConfiguredKeys(environment), nodesFromBean).problems();
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }
}
