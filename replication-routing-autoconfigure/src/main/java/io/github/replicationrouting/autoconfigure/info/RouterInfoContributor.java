package io.github.replicationrouting.autoconfigure.info;

import io.github.replicationrouting.ReplicationRouting;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** {@link InfoContributor} that exposes the version and topology of the router, and the servers of its nodes. */
final class RouterInfoContributor implements InfoContributor {

    private final String topology;
    private final ReplicationRouting routing;
    private final @Nullable String version;

    RouterInfoContributor(String topology, ReplicationRouting routing) {
        this.topology = topology;
        this.routing = routing;
        this.version = ReplicationRouting.class.getPackage().getImplementationVersion();
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, Object> servers = new LinkedHashMap<>();
        routing.snapshot()
                .nodes()
                .forEach(node -> servers.put(node.name(), node.server() == null ? "unknown" : node.server()));
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("router", routing.name());
        if (version != null) {
            details.put("version", version);
        }
        details.put("topology", topology);
        details.put("servers", servers);
        builder.withDetail("replicationRouting", details);
    }
}
