package io.github.replicationrouting;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sends the reads of the annotated method, or of the methods of the annotated class, to the primary.
 *
 * <p>Applies to read-only transactions that begin in the method and to its statements outside transactions;
 * transactions that may write go to the primary anyway. The innermost hint on a thread applies; see
 * {@link RoutingHints}. Applied by a proxy, as {@code @Transactional} is: calls within one object are not intercepted.
 *
 * <pre>{@code
 * @UsePrimary
 * @Transactional(readOnly = true)
 * public Account account(long id) { ... }
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface UsePrimary {}
