package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Consistency;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Consistency.Carrier;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.NodeSpec;

/**
 * Checks the properties apart from the nodes. The settings of the core check their values themselves; the other values
 * are checked here.
 */
final class PropertiesCheck {

    private static final int MIN_KEY_LENGTH = 16;
    private static final String PREFIX = ReplicationRoutingProperties.PREFIX + ".";

    private static final NodeSelector ANY_SELECTOR = candidates -> candidates.node(0);
    private static final NodeSpec ANY_NODE = NodeSpec.of("any", "jdbc:mysql:");

    private final Problems problems;

    PropertiesCheck(Problems problems) {
        this.problems = problems;
    }

    /** @param hasSelector whether the application has a selector of its own, so that the configured one is not used */
    void check(ReplicationRoutingProperties properties, boolean hasSelector) {
        policy(properties.getTopology(), properties.getWrites().getPolicy());
        problems.addThoseOf(() -> properties.toSettings(ANY_NODE, new HikariConfig(), null));
        problems.addThoseOf(() -> properties.getReads().toSettings(ANY_SELECTOR));
        if (!hasSelector) {
            problems.addThoseOf(() -> properties.getReads().configuredSelector());
        }
        problems.addThoseOf(() -> properties.getWrites().toSettings());
        problems.addThoseOf(() -> properties.getConsistency().toSettings(properties.getReads()));
        problems.addThoseOf(() -> properties.getMonitor().toSettings(properties.getReads()));
        problems.addThoseOf(() -> properties.getDiscovery().toSettings(null, spec -> {
            throw new IllegalStateException("Used for validation only");
        }));
        notNegative("reads.retries", properties.getReads().getRetries());
        notNegative("writes.conflict-retries", properties.getWrites().getConflictRetries());
        signingKey(properties.getConsistency());
    }

    private void policy(TopologyKind topology, WritePolicy policy) {
        if (topology == TopologyKind.PRIMARY_REPLICA && policy != WritePolicy.SINGLE) {
            problems.add(
                    PREFIX + "writes.policy: '" + Labels.of(policy) + "' needs several writable nodes, but " + PREFIX
                            + "topology is '" + Labels.of(topology) + "', in which the primary takes all writes",
                    "Set '" + PREFIX + "topology' to '" + Labels.of(TopologyKind.MULTI_PRIMARY)
                            + "' where several nodes are writable, or leave out '" + PREFIX + "writes.policy'");
        }
    }

    private void notNegative(String key, int value) {
        if (value < 0) {
            problems.add(
                    PREFIX + key + " must not be negative, but is " + value,
                    "Set '" + PREFIX + key + "' to 0 or more, or leave it out");
        }
    }

    private void signingKey(Consistency consistency) {
        boolean signed = consistency.getCarrier() == Carrier.COOKIE || consistency.getCarrier() == Carrier.HEADER;
        String key = consistency.getSigningKey();
        if (signed && (key == null || key.length() < MIN_KEY_LENGTH)) {
            problems.add(
                    PREFIX + "consistency.signing-key "
                            + (key == null ? "is not set" : "is shorter than " + MIN_KEY_LENGTH + " characters")
                            + ", but a token that travels with the client must be signed",
                    "Set '" + PREFIX + "consistency.signing-key' to the same random secret of at least "
                            + MIN_KEY_LENGTH + " characters in all instances, or '" + PREFIX
                            + "consistency.carrier' to 'http-session'");
        }
    }
}
