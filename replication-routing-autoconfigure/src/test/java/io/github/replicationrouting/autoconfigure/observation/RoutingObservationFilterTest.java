package io.github.replicationrouting.autoconfigure.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.autoconfigure.ClosedPorts;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Collectors;
import net.ttddyy.dsproxy.ExecutionInfo;
import net.ttddyy.observation.tracing.QueryContext;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class RoutingObservationFilterTest {

    private static final Decision DECISION =
            new Decision(new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop")), DecisionReason.REPLICA_SELECTED, false);

    private final RoutingObservationFilter filter = new RoutingObservationFilter(() -> null);

    @Test
    void whenQueryIsRoutedShouldAddNodeRoleAndReason() {
        assertThat(keyValues(queryOn(connection(RoutedConnection.class))))
                .isEqualTo(Map.of(
                        "replication.routing.node", "db2",
                        "replication.routing.role", "unknown",
                        "replication.routing.reason", "replica-selected"));
    }

    @Test
    void whenQueryIsNotRoutedShouldAddTheSameKeysWithNone() {
        Map<String, String> none = Map.of(
                "replication.routing.node", "none",
                "replication.routing.role", "none",
                "replication.routing.reason", "none");
        assertThat(keyValues(queryOn(connection(Connection.class)))).isEqualTo(none);
        assertThat(keyValues(new QueryContext())).isEqualTo(none);
    }

    @Test
    void whenObservationIsNoQueryShouldAddNothing() {
        assertThat(keyValues(new Observation.Context())).isEmpty();
    }

    @Test
    void whenQueriesAreNotObservedShouldBackOff() {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingAutoConfiguration.class,
                        ReplicationRoutingObservationAutoConfiguration.class))
                .withPropertyValues(ClosedPorts.nodes());
        runner.run(context -> assertThat(context).hasSingleBean(ObservationFilter.class));
        runner.withClassLoader(new FilteredClassLoader(QueryContext.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ObservationFilter.class));
    }

    private Map<String, String> keyValues(Observation.Context context) {
        return filter.map(context).getLowCardinalityKeyValues().stream()
                .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
    }

    private static QueryContext queryOn(Connection connection) {
        ExecutionInfo execution = new ExecutionInfo();
        execution.setStatement(stub(Statement.class, connection));
        QueryContext query = new QueryContext();
        query.setExecutionInfo(execution);
        return query;
    }

    private static Connection connection(Class<? extends Connection> type) {
        return stub(type, DECISION);
    }

    /** Returns a stub whose methods all return {@code answer}. */
    private static <T> T stub(Class<T> type, Object answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer));
    }
}
