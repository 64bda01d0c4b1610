/**
 * Auto-configuration of the routing data source.
 *
 * <p>The way of a property: {@code ReplicationRoutingProperties} is bound and creates the settings of the core, {@code
 * PoolConfigurations} binds the keys of HikariCP, and {@code RouterConfigurer} applies both to the router's builder.
 *
 * <p>Two post-processors check the configuration before any bean is created. {@code KeyGuard} fails the start for keys
 * without effect: it compares the keys that are set ({@code ConfiguredKeys}) with those that exist ({@code KnownKeys}).
 * {@code RouterGuard} fails it for values: {@code PlaceholderCheck}, {@code DurationCheck}, {@code PropertiesCheck} and
 * {@code NodeCheck}. {@code IgnoredSettingsWarnings}, {@code NodeWarnings} and {@code FirstProbeWarnings} warn about
 * what may be intended.
 */
@NullMarked
package io.github.replicationrouting.autoconfigure;

import org.jspecify.annotations.NullMarked;
