package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.ServerRefusal;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The dialects that a router knows. A node whose dialect is declared uses that one; for the others the server's version
 * string decides, and before a connection is open the URL. Immutable.
 */
public final class Dialects {

    private static final Dialects STANDARD = new Dialects(List.of(new MySqlDialect(), new MariaDbDialect()));

    private final List<ReplicationDialect> dialects;

    /** @param dialects in the order in which they are asked */
    public Dialects(List<ReplicationDialect> dialects) {
        this.dialects = List.copyOf(dialects);
    }

    /** Returns the dialects that this project has: a new one is added to this list. */
    public static Dialects standard() {
        return STANDARD;
    }

    /** Returns the names, as in {@code nodes.<name>.dialect}. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (ReplicationDialect dialect : dialects) {
            names.add(dialect.name());
        }
        return names;
    }

    /** Returns how the URLs of their drivers begin. */
    public List<String> urlPrefixes() {
        return dialects.stream()
                .map(ReplicationDialect::urlPrefix)
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Returns the dialect of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ReplicationDialect named(String name) {
        ReplicationDialect dialect = find(name);
        if (dialect == null) {
            throw new IllegalArgumentException(
                    "unknown dialect \"" + name + "\"; known are " + String.join(", ", names()));
        }
        return dialect;
    }

    /** Returns the dialect of a name, or null. */
    public @Nullable ReplicationDialect find(String name) {
        for (ReplicationDialect dialect : dialects) {
            if (dialect.name().equals(name)) {
                return dialect;
            }
        }
        return null;
    }

    /**
     * Returns the dialect for a server, or null.
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

    /**
     * Returns the dialect whose driver a URL belongs to, or null. The server may turn out to be another: both drivers of
     * MySQL and MariaDB connect to either.
     */
    public @Nullable ReplicationDialect forUrl(String url) {
        for (ReplicationDialect dialect : dialects) {
            String prefix = dialect.urlPrefix();
            if (prefix != null && url.startsWith(prefix)) {
                return dialect;
            }
        }
        return null;
    }

    /** Returns the dialect that parses what a position's {@code toString()} returns, or null. */
    public @Nullable ReplicationDialect forPosition(Position position) {
        for (ReplicationDialect dialect : dialects) {
            if (dialect.canParse(position)) {
                return dialect;
            }
        }
        return null;
    }

    /** Classifies an error of a server whose dialect is not known: the first dialect that recognizes it decides. */
    public ErrorKind classify(SQLException error) {
        for (ReplicationDialect dialect : dialects) {
            ErrorKind kind = dialect.classify(error);
            if (kind != ErrorKind.OTHER) {
                return kind;
            }
        }
        return ErrorKind.OTHER;
    }

    /** Returns why a server whose dialect is not known refuses a connection: the first dialect that recognizes it decides. */
    public @Nullable ServerRefusal refusal(SQLException error) {
        for (ReplicationDialect dialect : dialects) {
            ServerRefusal refusal = dialect.refusal(error);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
