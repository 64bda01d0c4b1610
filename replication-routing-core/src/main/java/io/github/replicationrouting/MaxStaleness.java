package io.github.replicationrouting;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits the age of the data that the annotated method, or the methods of the annotated class, may read.
 *
 * <p>Read-only transactions that begin in the method go to a replica whose staleness is within the limit, else to the
 * primary; so do its statements outside transactions if {@code reads.outside-transaction} is {@code replica}. The reads
 * see what the session has written in any case. The limit is strict: while there is no primary the staleness of
 * replicas keeps growing, and once all of them exceed the limit such reads fail with a {@link NoReadableNodeException}.
 *
 * <pre>{@code
 * @MaxStaleness("2s")
 * @Transactional(readOnly = true)
 * public Stock stockOf(Product product) { ... }
 * }</pre>
 *
 * <p>Staleness is known once per probe interval ({@code monitor.interval}): under writes, a limit below two intervals
 * sends most reads to the primary. The innermost hint on a thread applies, and {@link UsePrimary} takes precedence over
 * this annotation on the same element; see {@link RoutingHints}. Applied by a proxy, as {@code @Transactional} is:
 * calls within one object are not intercepted.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface MaxStaleness {

    /**
     * Maximum age of the data: a positive whole number followed by {@code ms}, {@code s}, {@code m} or {@code h}, such
     * as {@code 2s}.
     */
    String value();
}
