package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.autoconfigure.InvalidRoutingConfigurationException.Problem;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreErrorsBindHandler;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;

/**
 * Keeps the router the only data source that is injected by default, once all bean definitions are known: another one
 * would take transactions off the router without a word.
 */
final class RouterGuard implements BeanFactoryPostProcessor {

    static final String ROUTER = "replicationRouting";
    static final String DATA_SOURCE = "dataSource";
    static final String WRITER = "replicationRoutingWriterDataSource";

    static final Set<String> STANDARD_DIALECTS =
            new TreeSet<>(Dialects.standard().names());

    /** Beans that cannot be without it. */
    private static final List<String> OF_THE_ROUTER = List.of(
            "replicationRoutingInfoContributor",
            "replicationRoutingEndpoint",
            "replicationRoutingEndpointWebExtension");

    private static final Logger logger = LoggerFactory.getLogger(RouterGuard.class);

    private final Environment environment;

    RouterGuard(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        boolean routed = beanFactory.containsBeanDefinition(ROUTER);
        if (routed && !beanFactory.isTypeMatch(DATA_SOURCE, RoutingDataSource.class)) {
            stepAside(beanFactory);
            return;
        }
        List<String> others = Stream.of(beanFactory.getBeanNamesForType(DataSource.class, true, false))
                .filter(name -> !(routed && name.equals(DATA_SOURCE)))
                .filter(name -> isDefaultCandidate(beanFactory, name))
                .toList();
        if (!others.isEmpty()) {
            throw new InvalidRoutingConfigurationException(
                    others.stream().map(RouterGuard::conflict).toList());
        }
        if (routed && !isBuilding()) {
            checkValues(beanFactory);
        }
    }

    /**
     * Before any bean is made: filters are made while the web server starts, which hides what is wrong. What depends on
     * beans is checked again when they are there.
     */
    private void checkValues(ConfigurableListableBeanFactory beanFactory) {
        ConfigurationCheck check =
                new ConfigurationCheck(has(beanFactory, ReplicationDialect.class) ? null : STANDARD_DIALECTS);
        boolean nodesOfBean = has(beanFactory, ReplicationRoutingConnectionDetails.class);
        new PlaceholderCheck(environment, nodesOfBean).check(check::add);
        check.throwIfAny();
        new DurationCheck(environment).check(check::add, logger::warn);
        ReplicationRoutingProperties properties = Binder.get(environment)
                .bind(
                        ReplicationRoutingProperties.PREFIX,
                        Bindable.of(ReplicationRoutingProperties.class),
                        new IgnoreErrorsBindHandler())
                .orElseGet(ReplicationRoutingProperties::new);
        check.properties(properties);
        if (!has(beanFactory, NodeSelector.class)) {
            RouterAssembly.configuredSelector(properties, check);
        }
        if (!nodesOfBean) {
            List<DeclaredNode> nodes = DeclaredNode.bind(environment);
            check.nodes(nodes);
            NodePools pools = new NodePools(environment);
            nodes.forEach(node -> pools.configurationOf(node, check::add));
        }
        check.throwIfAny();
    }

    /** Whether the application is built ahead of time: what is set where it runs is not there yet. */
    static boolean isBuilding() {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
    }

    static boolean has(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
        return beanFactory.getBeanNamesForType(type, true, false).length > 0;
    }

    /** A test put its own data source in the router's place; whoever migrates must not reach the real servers. */
    private static void stepAside(ConfigurableListableBeanFactory beanFactory) {
        logger.info("The routing DataSource was replaced by another bean '{}': routing is off", DATA_SOURCE);
        BeanDefinitionRegistry registry = (BeanDefinitionRegistry) beanFactory;
        registry.removeBeanDefinition(WRITER);
        registry.removeBeanDefinition(ROUTER);
        OF_THE_ROUTER.stream()
                .filter(name -> registry.containsBeanDefinition(name) && isOurs(registry.getBeanDefinition(name)))
                .forEach(registry::removeBeanDefinition);
    }

    private static boolean isOurs(BeanDefinition definition) {
        String factory = definition.getFactoryBeanName();
        return factory != null && factory.startsWith(RouterGuard.class.getPackageName());
    }

    private static boolean isDefaultCandidate(ConfigurableListableBeanFactory beanFactory, String name) {
        if (!beanFactory.containsBeanDefinition(name)) {
            return true;
        }
        BeanDefinition definition = beanFactory.getBeanDefinition(name);
        return definition.isAutowireCandidate()
                && !(definition instanceof AbstractBeanDefinition bean && !bean.isDefaultCandidate());
    }

    private static Problem conflict(String name) {
        return new Problem(
                ReplicationRoutingProperties.PREFIX + ".nodes is set, but the application defines the DataSource bean '"
                        + name + "' as well, which would be used in place of the routing one",
                "Mark '" + name + "' with @Bean(defaultCandidate = false) and inject it by its qualifier, remove it, or"
                        + " set '" + ReplicationRoutingProperties.PREFIX + ".enabled' to 'false' to keep it alone");
    }
}
