package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.topology.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction asks for when it needs a node. Immutable; those without constraints and hint are constants, so
 * that a decision allocates nothing for them.
 *
 * @param access read or write
 * @param avoided nodes that just failed this very work, and are chosen only where no other can serve it
 * @param constraints what a read requires beyond an eligible replica
 * @param hint the hint in force when the node was asked for, from which the constraints follow; null for none
 * @param affinity the key in force when the node was asked for; null for none
 */
public record Intent(
        Access access,
        List<Node> avoided,
        ReadConstraints constraints,
        @Nullable Hint hint,
        @Nullable AffinityKey affinity) {

    public static final Intent READ = new Intent(Access.READ, List.of());
    public static final Intent WRITE = new Intent(Access.WRITE, List.of());
    public static final Intent OUTSIDE_TRANSACTION = new Intent(Access.OUTSIDE_TRANSACTION, List.of());
    public static final Intent METADATA = new Intent(Access.METADATA, List.of());

    public Intent {
        avoided = List.copyOf(avoided);
    }

    /** Creates an intent without constraints, hint and key. */
    public Intent(Access access, List<Node> avoided) {
        this(access, avoided, ReadConstraints.NONE, null, null);
    }

    /** Returns the intent of this access without constraints, hint and key. */
    public static Intent of(Access access) {
        return switch (access) {
            case READ -> READ;
            case WRITE -> WRITE;
            case OUTSIDE_TRANSACTION -> OUTSIDE_TRANSACTION;
            case METADATA -> METADATA;
        };
    }

    /** Returns this intent for another access. */
    public Intent as(Access other) {
        return avoided.isEmpty() && constraints.isNone() && hint == null && affinity == null
                ? of(other)
                : new Intent(other, avoided, constraints, hint, affinity);
    }

    /** Returns this intent, but avoiding one more node. */
    public Intent avoiding(Node node) {
        List<Node> more = new ArrayList<>(avoided);
        more.add(node);
        return new Intent(access, more, constraints, hint, affinity);
    }

    /** Returns this intent, on any node. */
    public Intent avoidingNothing() {
        return new Intent(access, List.of(), constraints, hint, affinity);
    }

    /** Returns this intent with these constraints. */
    public Intent with(ReadConstraints other) {
        return new Intent(access, avoided, other, hint, affinity);
    }

    /** Returns this intent under a hint, and with the constraints that follow from it. */
    Intent with(ReadConstraints other, @Nullable Hint inForce) {
        return new Intent(access, avoided, other, inForce, affinity);
    }

    /** Returns this intent under a hint that constrains nothing, as for a write. */
    public Intent under(@Nullable Hint inForce) {
        return inForce == null && hint == null ? this : new Intent(access, avoided, constraints, inForce, affinity);
    }

    /** Returns this intent under a key. */
    public Intent under(@Nullable AffinityKey inForce) {
        return inForce == null && affinity == null ? this : new Intent(access, avoided, constraints, hint, inForce);
    }
}
