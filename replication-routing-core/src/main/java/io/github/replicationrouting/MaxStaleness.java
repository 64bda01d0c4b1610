package io.github.replicationrouting;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The read-only transactions that begin in this method, or in the methods of this class, go to replicas that are not
 * older, else to the primary. What the session has written is seen all the same. Without a primary the age keeps
 * growing, and in the end such reads fail rather than be too old.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface MaxStaleness {

    /** How old the data may be: a number with {@code ms}, {@code s}, {@code m} or {@code h}, such as {@code 2s}. */
    String value();
}
