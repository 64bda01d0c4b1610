package io.github.replicationrouting;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Indicates that a method must not be called twice because of a retry: when its node is lost or the server rolls it
 * back, the caller receives the failure. Applies to the transaction that the method begins or joins. On a type it
 * applies to all of its methods.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface NoRetry {}
