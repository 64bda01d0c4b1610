package io.github.replicationrouting;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a method must not be run twice for one call: when its node is lost, or the server rolls it back, the caller
 * gets to see the failure. Counts for the transaction that the method begins and, where the method joins one, for that.
 * On a type it counts for all of its methods.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface NoRetry {}
