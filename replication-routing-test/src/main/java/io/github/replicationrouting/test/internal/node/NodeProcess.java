package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.Await;
import io.github.replicationrouting.test.internal.network.Relay;
import io.github.replicationrouting.test.internal.server.Server;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The process of one node and the network in front of it: lifecycle and outside faults. Guarded by the node.
 */
public final class NodeProcess implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

    private final String name;

    private final Server server;

    private final NodeSession session;

    private final Relay relay;

    private boolean frozen;

    private boolean partitioned;

    public NodeProcess(String name, Server server, NodeSession session) {
        this.name = name;
        this.server = server;
        this.session = session;
        this.relay = new Relay(name, server::address);
    }

    /** Returns the port of the application's connections. */
    public int port() {
        return relay.port();
    }

    /** Returns the address for the other servers of the cluster. */
    InetSocketAddress peerAddress() {
        return server.peerAddress();
    }

    /** Accepts the application's connections. */
    public void accept() {
        relay.up();
    }

    /** Refuses the application's connections and resets those that are open. */
    public void refuse() {
        relay.down();
    }

    public void kill() {
        // Refuse new connections first: no client may connect while the server is shutting down.
        relay.refuse();
        server.kill();
        relay.down();
        session.close();
        frozen = false;
    }

    /** Lets the server end by itself; clients notice when it closes their connections. */
    public void shutDown() {
        thaw();
        server.shutDown();
        relay.down();
        session.close();
    }

    /** Starts the server and waits until it answers; does not accept the application's connections yet. */
    public void start(boolean readOnly) {
        launch(readOnly);
        Await.until(START_TIMEOUT, name + " answers", server::log, () -> {
            if (!server.isRunning()) {
                throw new IllegalStateException(name + " ended at its start:\n" + server.log());
            }
            return session.value("SELECT 1").equals("1");
        });
    }

    /** Starts the server and does not wait. */
    void launch(boolean readOnly) {
        server.start(readOnly);
    }

    public void freeze() {
        if (!frozen) {
            server.freeze();
            frozen = true;
        }
    }

    public void thaw() {
        if (frozen) {
            server.thaw();
            frozen = false;
            Await.until(START_TIMEOUT, name + " accepts connections", server::log, () -> {
                session.connect().close();
                return true;
            });
        }
    }

    public void partition() {
        relay.partition();
        partitioned = true;
    }

    /** Ends {@link #partition()}. */
    public void restoreNetwork() {
        relay.restore();
        partitioned = false;
    }

    public void delayAnswers(Duration delay) {
        relay.delayAnswers(delay);
    }

    public void hideClosing(boolean hide) {
        relay.hideClosing(hide);
    }

    public boolean isRunning() {
        return server.isRunning();
    }

    public boolean isFrozen() {
        return frozen;
    }

    public boolean isPartitioned() {
        return partitioned;
    }

    /** Returns whether the server runs and is not frozen, whatever the network does. */
    public boolean answers() {
        return server.isRunning() && !frozen;
    }

    @Override
    public void close() {
        relay.close();
        server.close();
    }
}
