package io.github.replicationrouting;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sends the writes of the annotated method, or of the methods of the annotated class, to the node of a key, where
 * several nodes take writes and {@code writes.policy} is {@code affinity}: the same key to the same node, in every
 * instance of the application. Work on the same data, under the same key, then does not conflict. Under the other
 * policies the key is ignored.
 *
 * <p>The key is the text of the value, so that a number and its text are the same key. The key that is in force when a
 * transaction takes its node counts, for all of the transaction and its retries; the innermost key applies; see
 * {@link RoutingHints#withAffinity}. An annotation of the method takes precedence over one of its class. Applied by a
 * proxy, as {@code @Transactional} is: calls within one object are not intercepted. A call whose expression has no
 * value fails with an {@link IllegalStateException}.
 *
 * <pre>{@code
 * @WriteAffinity("#customerId")
 * @Transactional
 * public void order(long customerId, Cart cart) { ... }
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface WriteAffinity {

    /**
     * The key, as an expression of Spring's expression language over the arguments of the method: {@code #customerId}
     * by name, which needs the compiler's option {@code -parameters}, or {@code #p0} by position; also
     * {@code #order.customer.id}.
     */
    String value();
}
