package io.github.replicationrouting.internal.routing;

/**
 * The state of an object of the application at the time when it was passed to a framework that may modify it, such as
 * an entity passed to JPA. Used by one thread.
 */
public interface ArgumentState {

    /** Returns whether the object still has this state. */
    boolean isUnchanged();

    /** Reverts the modifications of the framework. An exception that it throws prevents the retry. */
    void restore();
}
