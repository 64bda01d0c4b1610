package io.github.replicationrouting.autoconfigure.health;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** When the router is healthy. */
@ConfigurationProperties("management.health.replicationrouting")
public final class ReplicationRoutingHealthProperties {

    /**
     * Whether the router is down as soon as no node takes writes, instead of when no node can be used at all.
     */
    private boolean requireWritable;

    public boolean isRequireWritable() {
        return requireWritable;
    }

    public void setRequireWritable(boolean requireWritable) {
        this.requireWritable = requireWritable;
    }
}
