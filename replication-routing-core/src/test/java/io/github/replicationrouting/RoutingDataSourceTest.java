package io.github.replicationrouting;

import static io.github.replicationrouting.internal.routing.Nodes.down;
import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.replica;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static io.github.replicationrouting.internal.routing.Nodes.withoutPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.routing.Router;
import io.github.replicationrouting.internal.routing.RouterSettings;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The routing data source as used by code that knows only its superclass. */
class RoutingDataSourceTest {

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final SettableTopology topology = new SettableTopology(withPrimary(primary(db1), replica(db2)));
    private final RoutingDataSource dataSource = new RoutingDataSource(
            "dataSource",
            new Router(
                    topology,
                    new RouterSettings(
                            new RoundRobinSelector(),
                            OutsideTransaction.PRIMARY,
                            WhenNoneEligible.PRIMARY,
                            Duration.ofSeconds(5),
                            null,
                            Duration.ZERO,
                            Duration.ZERO,
                            WritePolicy.SINGLE)),
            route -> {
                throw new AssertionError("nothing here needs a connection");
            },
            topology);

    @AfterEach
    void clearThread() {
        TransactionSynchronizationManager.clear();
    }

    @Test
    void whenTargetsAreRequestedShouldReturnItselfInsteadOfTheNodes() {
        dataSource.afterPropertiesSet();

        assertThat(dataSource.getResolvedDataSources()).containsOnlyKeys("dataSource");
        assertThat(dataSource.getResolvedDataSources().values()).noneMatch(AbstractRoutingDataSource.class::isInstance);
        assertThat(dataSource.getResolvedDefaultDataSource()).isNotNull();
    }

    @Test
    void whenUnwrappedShouldExposeNoPoolWhateverTheTransaction() throws SQLException {
        assertThat(dataSource.isWrapperFor(RoutingDataSource.class)).isTrue();
        assertThat(dataSource.unwrap(DataSource.class)).isSameAs(dataSource);
        assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isFalse();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> dataSource.unwrap(HikariDataSource.class))
                .withMessageContaining("node(name)");
    }

    @Test
    void whenTransactionOrSnapshotChangesShouldChangeTheCurrentTarget() {
        assertThat(dataSource.determineTargetDataSource()).hasToString("node db1");

        TransactionSynchronizationManager.setActualTransactionActive(true);
        TransactionSynchronizationManager.setCurrentTransactionReadOnly(true);
        assertThat(dataSource.determineTargetDataSource()).hasToString("node db2");

        topology.set(withPrimary(primary(db1), down(db2)));
        assertThat(dataSource.determineTargetDataSource()).hasToString("node db1");

        topology.set(withoutPrimary("db1 does not answer", down(db1), down(db2)));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(dataSource::determineTargetDataSource)
                .withCauseInstanceOf(NoReadableNodeException.class);
    }

    @Test
    void whenUserAndPasswordAreGivenShouldReferToTheNodes() {
        assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
                .isThrownBy(() -> dataSource.getConnection("someone", "else"))
                .withMessageContaining("replication.routing.nodes.<name>.username")
                .withMessageNotContaining("else");
    }

    @Test
    void whenANodeIsUnknownShouldNameTheKnownOnes() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> dataSource.node("db9"))
                .withMessageContaining("db9")
                .withMessageContaining("db1")
                .withMessageContaining("db2");
    }
}
