package io.github.replicationrouting.internal.routing;

/** An object of the application's as it was when a framework that may change it was given it. Used by one thread. */
public interface ArgumentState {

    /** Whether the object is now what it was then. */
    boolean isUnchanged();

    /** Takes back what the framework changed. What it throws forbids another run. */
    void restore();
}
