package io.github.replicationrouting.internal.consistency;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whoever must see its own commits: by default a thread, in a web application a request. What it must see is kept by
 * router. Thread-safe, so that a session may be shared by the threads that work for one request.
 */
public final class Session {

    private static final ThreadLocal<@Nullable Session> CURRENT = new ThreadLocal<>();

    /** Longer than a store takes, and no end for threads that the store itself may wait for. */
    private static final long MAX_LOAD_SECONDS = 2;

    private final ConcurrentMap<String, ReadRequirement> byRouter = new ConcurrentHashMap<>(2);
    private final @Nullable Origin origin;
    /** Held while the origin is asked or told. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Whether the origin was asked. */
    private volatile boolean opened;

    /** Where a session comes from and goes to, such as an HTTP session. Its methods may throw: the session goes on. */
    public interface Origin {

        /** What was stored last; null for nothing. Asked when something must be known for the first time. */
        @Nullable
        SessionRequirements load();

        /** Called by the thread that changed what the session must see. */
        void changed(Session session);
    }

    /** A session that begins with nothing and ends with its last reference. */
    public Session() {
        this(null);
    }

    /** A session that comes from somewhere. */
    public Session(@Nullable Origin origin) {
        this.origin = origin;
        this.opened = origin == null;
    }

    /** The session of this thread, which begins one if it has none. */
    public static Session current() {
        Session session = CURRENT.get();
        if (session == null) {
            session = new Session();
            CURRENT.set(session);
        }
        return session;
    }

    /**
     * Makes this the session of the thread.
     *
     * @return the one before, to be given to {@link #restore(Session)}; null for none
     */
    public @Nullable Session bind() {
        Session before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    /** Ends what {@link #bind()} began. */
    public static void restore(@Nullable Session before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** What it must see, to be carried elsewhere. */
    public SessionRequirements requirements() {
        open();
        return new SessionRequirements(byRouter);
    }

    /** Forgets what it must see. */
    public void clear() {
        open();
        byRouter.clear();
        tell();
    }

    public void join(SessionRequirements requirements) {
        open();
        requirements
                .byRouter()
                .forEach((router, requirement) -> byRouter.merge(router, requirement, ReadRequirement::and));
        tell();
    }

    @Nullable
    ReadRequirement required(String router) {
        open();
        return byRouter.get(router);
    }

    void require(String router, UnaryOperator<ReadRequirement> change, boolean tell) {
        open();
        byRouter.compute(router, (key, before) -> change.apply(before == null ? ReadRequirement.NONE : before));
        if (tell) {
            tell();
        }
    }

    /** Asking may itself use the database: it finds the session empty. Other threads wait for the answer, not for ever. */
    private void open() {
        if (opened || origin == null || lock.isHeldByCurrentThread()) {
            return;
        }
        if (!mayLoad()) {
            return;
        }
        try {
            if (!opened) {
                load(origin);
            }
        } finally {
            opened = true;
            lock.unlock();
        }
    }

    private boolean mayLoad() {
        try {
            return lock.tryLock() || lock.tryLock(MAX_LOAD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void load(Origin origin) {
        Session before = new Session().bind();
        try {
            SessionRequirements stored = origin.load();
            if (stored != null) {
                stored.byRouter()
                        .forEach((router, requirement) -> byRouter.merge(router, requirement, ReadRequirement::and));
            }
        } catch (RuntimeException e) {
            LogOnce.once("A session's token cannot be read; the session begins anew", e);
        } finally {
            restore(before);
        }
    }

    /** Tells the origin once more: it may be able to keep by now what it could not before. */
    public void tellAgain() {
        if (opened && !byRouter.isEmpty()) {
            tell();
        }
    }

    /** One after the other, so that the newest is told last; and aside, as the origin may use the database itself. */
    private void tell() {
        if (origin == null || !opened || lock.isHeldByCurrentThread()) {
            // What is not known yet must not be overwritten.
            return;
        }
        lock.lock();
        Session before = new Session().bind();
        try {
            origin.changed(this);
        } catch (RuntimeException e) {
            LogOnce.once("A session's token cannot be carried to its next request", e);
        } finally {
            restore(before);
            lock.unlock();
        }
    }
}
