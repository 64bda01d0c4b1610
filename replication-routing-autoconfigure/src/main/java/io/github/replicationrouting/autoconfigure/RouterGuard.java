package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.settings.InvalidSettingsException;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
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
 * Post-processor that fails the start when another data source would be injected in place of the routing one, or when a
 * value is invalid. Runs when all bean definitions are known, and before any bean is created.
 */
final class RouterGuard implements BeanFactoryPostProcessor {

    static final String ROUTER = "replicationRouting";
    static final String DATA_SOURCE = "dataSource";
    static final String WRITER = "replicationRoutingWriterDataSource";

    static final Set<String> STANDARD_DIALECTS =
            new TreeSet<>(Dialects.standard().names());

    /** Beans that need the router. */
    private static final List<String> DEPENDENT_BEANS = List.of(
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
            backOff(beanFactory);
            return;
        }
        List<String> others = Stream.of(beanFactory.getBeanNamesForType(DataSource.class, true, false))
                .filter(name -> !(routed && name.equals(DATA_SOURCE)))
                .filter(name -> isDefaultCandidate(beanFactory, name))
                .toList();
        if (!others.isEmpty()) {
            throw new InvalidSettingsException(
                    others.stream().map(RouterGuard::conflict).toList());
        }
        if (routed && !isAheadOfTime()) {
            checkValues(beanFactory);
        }
    }

    /**
     * Runs before any bean is created: the failure of a bean in a servlet filter would be hidden by the web server's.
     * Checks that depend on beans are repeated when the router is created.
     */
    private void checkValues(ConfigurableListableBeanFactory beanFactory) {
        Problems problems = new Problems();
        boolean nodesFromBean = has(beanFactory, ReplicationRoutingConnectionDetails.class);
        new PlaceholderCheck(environment, nodesFromBean).check(problems::add);
        problems.throwIfAny();
        new DurationCheck(environment).check(problems::add, warningsOf(logger));
        ReplicationRoutingProperties properties = Binder.get(environment)
                .bind(
                        ReplicationRoutingProperties.PREFIX,
                        Bindable.of(ReplicationRoutingProperties.class),
                        new IgnoreErrorsBindHandler())
                .orElseGet(ReplicationRoutingProperties::new);
        new PropertiesCheck(problems).check(properties, has(beanFactory, NodeSelector.class));
        if (!nodesFromBean) {
            Set<String> dialects = has(beanFactory, ReplicationDialect.class) ? null : STANDARD_DIALECTS;
            List<DeclaredNode> nodes = DeclaredNode.bind(environment);
            new NodeCheck(properties.getTopology(), dialects, problems).check(nodes);
            PoolConfigurations pools = new PoolConfigurations(environment);
            nodes.forEach(node -> pools.of(node, problems::add));
        }
        problems.throwIfAny();
    }

    /** Returns whether the application is built ahead of time; the settings of its runtime are not known then. */
    static boolean isAheadOfTime() {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
    }

    /** Returns a consumer that logs warnings in the name of the router. */
    static Consumer<String> warningsOf(Logger logger) {
        return warning -> logger.warn("[{}] {}", DATA_SOURCE, warning);
    }

    static boolean has(ConfigurableListableBeanFactory beanFactory, Class<?> type) {
        return beanFactory.getBeanNamesForType(type, true, false).length > 0;
    }

    /** A test has replaced the routing data source, and its migrations must not reach the real servers. */
    private static void backOff(ConfigurableListableBeanFactory beanFactory) {
        logger.info("[{}] the routing DataSource was replaced by another bean: routing is off", DATA_SOURCE);
        BeanDefinitionRegistry registry = (BeanDefinitionRegistry) beanFactory;
        registry.removeBeanDefinition(WRITER);
        registry.removeBeanDefinition(ROUTER);
        DEPENDENT_BEANS.stream()
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
