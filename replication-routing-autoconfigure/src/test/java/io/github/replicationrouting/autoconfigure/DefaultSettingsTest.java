package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.SelectionStrategy;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.topology.NodeSpec;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A router without properties and a router that is built by hand have the same defaults. */
class DefaultSettingsTest {

    private final ReplicationRoutingProperties properties = new ReplicationRoutingProperties();

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfReads() {
        assertThat(properties.getReads().toSettings(null))
                .usingRecursiveComparison()
                .isEqualTo(ReadSettings.defaults());
        assertThat(properties.getReads().configuredSelector())
                .hasSameClassAs(ReadSettings.defaults().selector());
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfWrites() {
        assertThat(properties.getWrites().toSettings()).isEqualTo(WriteSettings.defaults());
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultConsistency() {
        assertThat(properties.getConsistency().toSettings(properties.getReads()))
                .isEqualTo(ConsistencySettings.defaults());
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfProbes() {
        assertThat(properties.getMonitor().toSettings(properties.getReads())).isEqualTo(MonitorSettings.defaults());
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfDiscovery() {
        Function<NodeSpec, NodeSettings> nodes = spec -> properties.toSettings(spec, new HikariConfig(), null);
        assertThat(properties.getDiscovery().toSettings(null, nodes))
                .isEqualTo(DiscoverySettings.defaults(null, nodes));
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfConnections() {
        NodeSpec spec = NodeSpec.of("db1", "jdbc:mysql://db1/shop");
        HikariConfig pool = new HikariConfig();
        assertThat(properties.toSettings(spec, pool, null)).isEqualTo(NodeSettings.defaults(spec, pool));
    }

    @Test
    void whenNothingIsSetShouldHaveTheDefaultsOfADeclaredNode() {
        assertThat(DeclaredNode.of("db1", "jdbc:mysql://db1/shop").spec())
                .isEqualTo(NodeSpec.of("db1", "jdbc:mysql://db1/shop"));
    }

    @Test
    void whenWritesAreConfiguredShouldPassEachValueOn() {
        properties.getWrites().setPolicy(WritePolicy.AFFINITY);
        properties.getWrites().setFailback(true);
        assertThat(properties.getWrites().toSettings())
                .extracting(WriteSettings::policy, WriteSettings::failback, WriteSettings::allowDivergence)
                .containsExactly(WritePolicy.AFFINITY, true, false);

        properties.getWrites().setFailback(false);
        properties.getWrites().setAllowDivergence(true);
        assertThat(properties.getWrites().toSettings())
                .extracting(WriteSettings::policy, WriteSettings::failback, WriteSettings::allowDivergence)
                .containsExactly(WritePolicy.AFFINITY, false, true);
    }

    @ParameterizedTest
    @EnumSource
    void whenAStrategyIsNamedShouldSelectByIt(SelectionStrategy strategy) {
        properties.getReads().setSelector(Labels.of(strategy));
        assertThat(properties.getReads().configuredSelector()).hasSameClassAs(strategy.createSelector());
    }
}
