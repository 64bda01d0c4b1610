package io.github.replicationrouting.internal.consistency;

import io.micrometer.context.ThreadLocalAccessor;

/**
 * Propagates a session to other threads with Micrometer's context propagation: to executors and {@code @Async} methods
 * with a {@code ContextPropagatingTaskDecorator}, and along reactive chains. These threads share the session, so that
 * each sees what another has written.
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
