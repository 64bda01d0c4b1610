package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.ReplicationDialect;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The dialects that a router knows, the earlier the stronger. Immutable. */
public final class Dialects {

    private static final Dialects STANDARD = new Dialects(List.of(new MariaDbDialect(), new MySqlDialect()));

    private final List<ReplicationDialect> dialects;

    public Dialects(List<ReplicationDialect> dialects) {
        this.dialects = List.copyOf(dialects);
    }

    /** MySQL and MariaDB. */
    public static Dialects standard() {
        return STANDARD;
    }

    /** These dialects, asked before the ones that are known already. */
    public Dialects withFirst(List<? extends ReplicationDialect> others) {
        return new Dialects(Stream.concat(others.stream(), dialects.stream()).toList());
    }

    /** The dialect with a name as in {@code nodes.<name>.dialect}. */
    public ReplicationDialect named(String name) {
        for (ReplicationDialect dialect : dialects) {
            if (dialect.name().equals(name)) {
                return dialect;
            }
        }
        throw new IllegalArgumentException("unknown dialect \"" + name + "\"; known are "
                + dialects.stream().map(ReplicationDialect::name).collect(Collectors.joining(", ")));
    }

    /**
     * The dialect of the server with this version string, or null.
     *
     * @param productVersion {@code DatabaseMetaData.getDatabaseProductVersion()}
     */
    public @Nullable ReplicationDialect forVersion(String productVersion) {
        for (ReplicationDialect dialect : dialects) {
            if (dialect.supports(productVersion)) {
                return dialect;
            }
        }
        return null;
    }
}
