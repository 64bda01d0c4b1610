package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.IsolationLevel;
import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Creates the HikariCP configuration of a node from three layers of the same keys ({@code username}, {@code password},
 * {@code driver-class-name}, {@code hikari.*}): {@code spring.datasource}, all nodes, the node. Each overrides the one
 * before, key by key.
 */
final class PoolConfigurations {

    static final String HIKARI = "hikari";

    static final String DRIVER = "driver-class-name";

    private static final ConfigurationPropertyName SPRING = ConfigurationPropertyName.of("spring.datasource");
    private static final ConfigurationPropertyName ROUTING =
            ConfigurationPropertyName.of(ReplicationRoutingProperties.PREFIX);

    private static final long DEFAULT_CONNECTION_TIMEOUT_MILLIS = 3_000;
    private static final int DEFAULT_MINIMUM_IDLE = 2;
    private static final int DEFAULT_MAXIMUM_POOL_SIZE = 10;

    private final Binder binder;

    PoolConfigurations(Environment environment) {
        this.binder = Binder.get(environment);
    }

    /**
     * Returns the configuration of a node's pool, without its URL.
     *
     * @param problems receives the values that HikariCP or the driver does not accept
     */
    HikariConfig of(DeclaredNode node, Consumer<Problem> problems) {
        HikariConfig config = new HikariConfig();
        config.setConnectionTimeout(DEFAULT_CONNECTION_TIMEOUT_MILLIS);
        List<ConfigurationPropertyName> layers = layers(node);
        layers.forEach(layer -> apply(layer, config, problems));
        if (node.keys() == null) {
            applyUser(node.settings().getUsername(), node.settings().getPassword(), config);
        }
        if (config.getMinimumIdle() < 0) {
            int maximum = config.getMaximumPoolSize() < 0 ? DEFAULT_MAXIMUM_POOL_SIZE : config.getMaximumPoolSize();
            config.setMinimumIdle(Math.min(DEFAULT_MINIMUM_IDLE, maximum));
        }
        checkIsolation(node, config.getTransactionIsolation(), problems);
        if (node.hasDialect()) {
            applyDriver(node, layers, config, problems);
        }
        // A node that is down must not fail the start. Meters drop the suffix from the name of a pool.
        config.setInitializationFailTimeout(-1);
        config.setPoolName(node.name() + "DataSource");
        return config;
    }

    private static List<ConfigurationPropertyName> layers(DeclaredNode node) {
        return node.keys() == null ? List.of(SPRING, ROUTING) : List.of(SPRING, ROUTING, node.keys());
    }

    private void apply(ConfigurationPropertyName layer, HikariConfig config, Consumer<Problem> problems) {
        applyUser(text(layer.append("username")), value(layer.append("password")), config);
        HikariKeys keys = new HikariKeys(layer.append(HIKARI));
        try {
            binder.bind(keys.root, Bindable.ofInstance(config), keys);
        } catch (BindException e) {
            Throwable reason = NestedExceptionUtils.getMostSpecificCause(e);
            problems.accept(new Problem(
                    keys.failed + " is not accepted by HikariCP: " + reason.getMessage(),
                    "Correct '" + keys.failed + "'"));
        }
    }

    private static void applyUser(@Nullable String username, @Nullable String password, HikariConfig config) {
        if (username != null) {
            config.setUsername(username);
        }
        if (password != null) {
            config.setPassword(password);
        }
    }

    /**
     * Returns the key that sets the user or the password of a node; null when no key sets it.
     *
     * @param setting {@code username} or {@code password}
     */
    @Nullable
    String keyOf(DeclaredNode node, String setting) {
        boolean user = setting.equals("username");
        if (node.keys() == null
                && (user ? node.settings().getUsername() : node.settings().getPassword()) != null) {
            return node.key(setting);
        }
        ConfigurationPropertyName key = keyOf(layers(node), setting, !user);
        if (key != null) {
            return key.toString();
        }
        return JdbcUrls.holds(node.url(), user ? "user" : "password") ? node.key("url") : null;
    }

    /** Returns the key that sets a value in the last layer that has one; null when none has. */
    private @Nullable ConfigurationPropertyName keyOf(
            List<ConfigurationPropertyName> layers, String setting, boolean mayBeEmpty) {
        ConfigurationPropertyName found = null;
        for (ConfigurationPropertyName layer : layers) {
            for (ConfigurationPropertyName key :
                    List.of(layer.append(setting), layer.append(HIKARI).append(setting))) {
                if ((mayBeEmpty ? value(key) : text(key)) != null) {
                    found = key;
                }
            }
        }
        return found;
    }

    private static void checkIsolation(DeclaredNode node, @Nullable String isolation, Consumer<Problem> problems) {
        List<String> levels =
                Stream.of(IsolationLevel.values()).map(IsolationLevel::name).toList();
        if (isolation != null && !levels.contains(isolation)) {
            problems.accept(new Problem(
                    "hikari.transaction-isolation of " + node.key(HIKARI) + ": '" + isolation + "' is not known",
                    "Set 'hikari.transaction-isolation' to one of " + levels));
        }
    }

    private void applyDriver(
            DeclaredNode node,
            List<ConfigurationPropertyName> layers,
            HikariConfig config,
            Consumer<Problem> problems) {
        ConfigurationPropertyName key = keyOf(layers, DRIVER, false);
        String driver = key == null ? null : text(key);
        String problem = JdbcUrls.driverProblem(node.url(), driver);
        if (problem != null) {
            problems.accept(
                    key == null
                            ? new Problem(node.key("url") + ": " + problem, JdbcUrls.driverAction(node.url()))
                            : new Problem(
                                    key + ": " + problem + " (used for " + node.key("url") + ")",
                                    "Correct '" + key + "', or leave it out and let the URL choose the driver"));
        } else if (driver != null) {
            config.setDriverClassName(driver);
        }
    }

    private @Nullable String text(ConfigurationPropertyName key) {
        String value = value(key);
        return StringUtils.hasText(value) ? value : null;
    }

    private @Nullable String value(ConfigurationPropertyName key) {
        return binder.bind(key, Bindable.of(String.class)).orElse(null);
    }

    /** Skips the keys that the router sets itself, and remembers the key that HikariCP refused. */
    static final class HikariKeys extends AbstractBindHandler {

        private static final Set<String> SET_BY_ROUTER = Set.of(
                "driverclassname",
                "jdbcurl",
                "poolname",
                "readonly",
                "datasourceclassname",
                "datasourcejndi",
                "initializationfailtimeout");

        private final ConfigurationPropertyName root;
        private ConfigurationPropertyName last;
        private @Nullable ConfigurationPropertyName failed;

        HikariKeys(ConfigurationPropertyName root) {
            this.root = root;
            this.last = root;
        }

        /** Returns whether the router sets a property of {@link HikariConfig} itself. */
        static boolean isSetByRouter(String property) {
            return SET_BY_ROUTER.contains(property.toLowerCase(Locale.ROOT));
        }

        @Override
        public <T> @Nullable Bindable<T> onStart(
                ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
            boolean skipped = root.isParentOf(name) && SET_BY_ROUTER.contains(name.getLastElement(Form.UNIFORM));
            return skipped ? null : super.onStart(name, target, context);
        }

        @Override
        public @Nullable Object onSuccess(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
            last = name;
            return super.onSuccess(name, target, context, result);
        }

        @Override
        public @Nullable Object onFailure(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                throws Exception {
            if (failed == null) {
                // The failure of a setter is reported for the whole configuration; the key bound last called it.
                failed = name.equals(root) ? last : name;
            }
            return super.onFailure(name, target, context, error);
        }
    }
}
