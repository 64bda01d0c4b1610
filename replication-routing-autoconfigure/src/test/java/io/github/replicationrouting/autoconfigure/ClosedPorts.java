package io.github.replicationrouting.autoconfigure;

/** Nodes on ports without a listener. */
public final class ClosedPorts {

    static final String[] NODES = {
        "replication.routing.nodes.db1.url=" + url(1),
        "replication.routing.nodes.db2.url=" + url(2),
        "replication.routing.connect-timeout=200ms",
        // A decorator that requests metadata at the start would wait for a node that never becomes available.
        "replication.routing.writes.hold=0",
        "replication.routing.monitor.timeout=200ms"
    };

    private ClosedPorts() {}

    /** For tests in other packages. */
    public static String[] nodes() {
        return NODES.clone();
    }

    /** A reserved port of this machine, which refuses connections immediately. */
    static String url(int port) {
        return "jdbc:mysql://127.0.0.1:" + port + "/shop";
    }
}
