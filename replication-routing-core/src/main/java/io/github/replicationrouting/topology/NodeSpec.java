package io.github.replicationrouting.topology;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node as declared. Holds no secret, and its text form shows no URL parameter.
 *
 * @param name name from the configuration, unique in a router
 * @param url JDBC URL
 * @param declaredRole role that the configuration promises
 * @param kind one server, or an endpoint with several behind it
 * @param weight share of reads relative to the other nodes, positive
 * @param zone zone of the node, compared with the application's zone
 * @param priority preference as the node of all writes where several nodes are writable; the highest that is fit is
 *     chosen
 */
public record NodeSpec(
        String name,
        String url,
        DeclaredRole declaredRole,
        NodeKind kind,
        int weight,
        @Nullable String zone,
        int priority) {

    /** {@code jdbc:mysql://} one server {@code /database?parameters}. */
    private static final Pattern ADDRESS = Pattern.compile("(jdbc:[^/?#]*//(?:[^/?#@]*@)?)[^/?#@,()]+([/?#].*)?");

    public NodeSpec {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a node needs a name");
        }
        if (weight < 1) {
            throw new IllegalArgumentException("node " + name + ": weight must be positive, was " + weight);
        }
        if (kind == NodeKind.ENDPOINT && declaredRole == DeclaredRole.AUTO) {
            throw new IllegalArgumentException("node " + name + ": an endpoint needs a declared role");
        }
    }

    /** Creates a node without a preference for writes. */
    public NodeSpec(
            String name, String url, DeclaredRole declaredRole, NodeKind kind, int weight, @Nullable String zone) {
        this(name, url, declaredRole, kind, weight, zone, 0);
    }

    /** Returns a node of one server with defaults for everything else. */
    public static NodeSpec of(String name, String url) {
        return new NodeSpec(name, url, DeclaredRole.AUTO, NodeKind.SERVER, 1, null);
    }

    /** Returns the URL without what may be secret: user, password, parameters. */
    public String plainUrl() {
        String address = url.replaceFirst("[?#].*", "");
        return address.replaceAll("[^/,(]*@", "");
    }

    /**
     * Returns a node of one server that is reached as this one is, at another address, with defaults for everything
     * else; null where the URL has no place for the address of one server.
     */
    public @Nullable NodeSpec elsewhere(String otherName, String host, int port) {
        Matcher parts = ADDRESS.matcher(url);
        if (!parts.matches()) {
            return null;
        }
        String address = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return of(otherName, parts.group(1) + address + ":" + port + Objects.requireNonNullElse(parts.group(2), ""));
    }

    @Override
    public String toString() {
        return name;
    }
}
