package io.github.replicationrouting.autoconfigure.health;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** Configuration properties for the health of the router. */
@ConfigurationProperties("management.health.replicationrouting")
public final class ReplicationRoutingHealthProperties {

    /**
     * Whether the router is down when no node accepts writes, rather than only when no node can be used at all.
     */
    private boolean requireWritable;

    public boolean isRequireWritable() {
        return requireWritable;
    }

    public void setRequireWritable(boolean requireWritable) {
        this.requireWritable = requireWritable;
    }
}
