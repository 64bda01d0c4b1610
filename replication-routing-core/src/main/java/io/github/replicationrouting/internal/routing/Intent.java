package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.topology.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * What a transaction asks for when it needs a node. Immutable; those without constraints are constants, so that a
 * decision allocates nothing for them.
 *
 * @param access read or write
 * @param avoided nodes that just failed this very work, and are chosen only by force
 * @param constraints what a read requires beyond an eligible replica
 */
public record Intent(Access access, List<Node> avoided, ReadConstraints constraints) {

    public static final Intent READ = new Intent(Access.READ, List.of());
    public static final Intent WRITE = new Intent(Access.WRITE, List.of());
    public static final Intent OUTSIDE_TRANSACTION = new Intent(Access.OUTSIDE_TRANSACTION, List.of());
    public static final Intent METADATA = new Intent(Access.METADATA, List.of());

    public Intent {
        avoided = List.copyOf(avoided);
    }

    /** Creates an intent without constraints. */
    public Intent(Access access, List<Node> avoided) {
        this(access, avoided, ReadConstraints.NONE);
    }

    /** The intent of this access without constraints. */
    public static Intent of(Access access) {
        return switch (access) {
            case READ -> READ;
            case WRITE -> WRITE;
            case OUTSIDE_TRANSACTION -> OUTSIDE_TRANSACTION;
            case METADATA -> METADATA;
        };
    }

    /** The same for another access. */
    public Intent as(Access other) {
        return avoided.isEmpty() && constraints.isNone() ? of(other) : new Intent(other, avoided, constraints);
    }

    /** The same, but elsewhere than on this node. */
    public Intent avoiding(Node node) {
        List<Node> more = new ArrayList<>(avoided);
        more.add(node);
        return new Intent(access, more, constraints);
    }

    /** The same, on any node. */
    public Intent avoidingNothing() {
        return new Intent(access, List.of(), constraints);
    }

    /** Returns this intent with these constraints. */
    public Intent with(ReadConstraints other) {
        return new Intent(access, avoided, other);
    }
}
