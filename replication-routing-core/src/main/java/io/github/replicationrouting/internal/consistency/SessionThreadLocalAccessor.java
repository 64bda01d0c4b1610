package io.github.replicationrouting.internal.consistency;

import io.micrometer.context.ThreadLocalAccessor;

/**
 * Takes a session along to the threads that Micrometer's context propagation serves: executors and {@code @Async} with a
 * {@code ContextPropagatingTaskDecorator}, reactive chains. They share it, so that what one writes the others see.
 */
public final class SessionThreadLocalAccessor implements ThreadLocalAccessor<Session> {

    /** Key of the session in a reactive context. */
    public static final String KEY = "replication-routing.session";

    @Override
    public Object key() {
        return KEY;
    }

    @Override
    public Session getValue() {
        return Session.current();
    }

    @Override
    public void setValue(Session session) {
        session.bind();
    }

    @Override
    public void setValue() {
        Session.restore(null);
    }
}
