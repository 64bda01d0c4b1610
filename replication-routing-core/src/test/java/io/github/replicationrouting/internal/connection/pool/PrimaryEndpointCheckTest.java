package io.github.replicationrouting.internal.connection.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.JdbcDialect;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrimaryEndpointCheckTest {

    private final Connection fresh = (Connection) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                throw new AssertionError("asked for " + method);
            });
    private final Server server = new Server();
    private int replaced;

    private final PrimaryEndpointCheck endpoint = Objects.requireNonNull(
            PrimaryEndpointCheck.of(node(NodeKind.ENDPOINT, DeclaredRole.PRIMARY), () -> replaced++));

    @Test
    void whenTheNodeIsNoEndpointOfThePrimaryShouldNotCheckIt() {
        assertThat(PrimaryEndpointCheck.of(node(NodeKind.SERVER, DeclaredRole.PRIMARY), () -> {}))
                .isNull();
        assertThat(PrimaryEndpointCheck.of(node(NodeKind.ENDPOINT, DeclaredRole.REPLICA), () -> {}))
                .isNull();
    }

    @Test
    void whenTheServerIsReadOnlyShouldThrowAConnectionError() {
        server.readOnly = true;

        assertThatThrownBy(() -> endpoint.verify(fresh, server))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("writer")
                .hasMessageContaining("read-only")
                .extracting("SQLState")
                .isEqualTo("08001");
    }

    @Test
    void whenTheEndpointLeadsToAnotherServerShouldReportIt() throws SQLException {
        endpoint.verify(fresh, server);
        endpoint.verify(fresh, server);
        assertThat(replaced).isZero();

        server.id = "two";
        endpoint.verify(fresh, server);
        endpoint.verify(fresh, server);
        assertThat(replaced).isOne();
    }

    /** A balancer distributes connections over them: evicting the earlier ones would never end. */
    @Test
    void whenTheEndpointLeadsToSeveralWritersShouldKeepTheEarlierConnections() throws SQLException {
        server.group = member(true, false);
        endpoint.verify(fresh, server);
        server.id = "two";
        endpoint.verify(fresh, server);

        assertThat(replaced).isZero();
    }

    @Test
    void whenTheEndpointLeadsToAnotherPrimaryOfItsGroupShouldReportIt() throws SQLException {
        server.group = member(true, true);
        endpoint.verify(fresh, server);
        server.id = "two";
        endpoint.verify(fresh, server);

        assertThat(replaced).isOne();
    }

    @Test
    void whenTheMemberTakesNoWritesShouldThrowAConnectionErrorWithTheReason() {
        server.group = member(false, false);

        assertThatThrownBy(() -> endpoint.verify(fresh, server))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("is desynced");
    }

    private static GroupMembership member(boolean writable, boolean singlePrimary) {
        return new GroupMembership(
                GroupMembership.Kind.GALERA,
                "Synced",
                null,
                true,
                writable,
                writable ? null : "is desynced",
                singlePrimary,
                "",
                0,
                null,
                null);
    }

    private static Node node(NodeKind kind, DeclaredRole role) {
        return new Node(new NodeSpec("writer", "jdbc:mysql://writer/", role, kind, 1, null));
    }

    private static final class Server extends JdbcDialect {

        private String id = "one";
        private boolean readOnly;
        private @Nullable GroupMembership group;

        @Override
        public Observation observe(Connection connection) {
            return new Observation("MySQL 9.7.4", id, readOnly, false, null, null);
        }

        @Override
        public Observation observeGroup(Connection connection, Observation observation) {
            return group == null ? observation : observation.withGroup(group, null);
        }

        @Override
        public String name() {
            return "stub";
        }

        @Override
        public boolean supports(String productVersion) {
            return true;
        }
    }
}
