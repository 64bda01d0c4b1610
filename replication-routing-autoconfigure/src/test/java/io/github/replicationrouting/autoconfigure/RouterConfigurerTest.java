package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.test.util.ReflectionTestUtils;

/** What is configured reaches the builder of the router. */
class RouterConfigurerTest {

    private final ReplicationRoutingProperties properties = new ReplicationRoutingProperties();
    private final DeclaredNode db1 = DeclaredNode.of("db1", ClosedPorts.url(1));
    private final DeclaredNode db2 = DeclaredNode.of("db2", ClosedPorts.url(2));
    private final ReplicationRouting.Builder router = ReplicationRouting.builder("dataSource");

    @Test
    void whenSeveralNodesAreWritableShouldPassOnTopologyPolicyAndPriorities() {
        properties.setTopology(TopologyKind.MULTI_PRIMARY);
        properties.getWrites().setPolicy(WritePolicy.AFFINITY);
        properties.getWrites().setAllowDivergence(true);
        properties.getWrites().setFailback(true);
        db2.settings().setPriority(7);

        configure();

        assertThat(field("topology")).isEqualTo(TopologyKind.MULTI_PRIMARY);
        assertThat(field("writes"))
                .isEqualTo(new WriteSettings(
                        WriteSettings.defaults().hold(),
                        null,
                        WriteSettings.defaults().onMultipleWritable(),
                        WriteSettings.defaults().onIncompletePromotion(),
                        WritePolicy.AFFINITY,
                        true,
                        true));
        assertThat(field("nodes"))
                .asInstanceOf(InstanceOfAssertFactories.list(NodeSettings.class))
                .extracting(node -> node.spec().priority())
                .containsExactly(0, 7);
    }

    @Test
    void whenNothingIsSetShouldHaveOnePrimary() {
        configure();

        assertThat(field("topology")).isEqualTo(TopologyKind.PRIMARY_REPLICA);
    }

    private void configure() {
        new RouterConfigurer(properties, new PoolConfigurations(new MockEnvironment()), Map.of())
                .configure(router, List.of(db1, db2), null, null);
    }

    private Object field(String name) {
        return Objects.requireNonNull(ReflectionTestUtils.getField(router, name));
    }
}
