package io.github.replicationrouting.internal.consistency;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The scope in which reads see earlier commits: by default a thread, in a web application a request. Holds a
 * {@link ReadRequirement} for each router. Thread-safe, so that the threads that work for one request may share it.
 */
public final class Session {

    private static final ThreadLocal<@Nullable Session> CURRENT = new ThreadLocal<>();

    /**
     * Longer than an origin takes to load; finite, because the origin itself may wait for the thread that waits here.
     */
    private static final long MAX_LOAD_SECONDS = 2;

    private final ConcurrentMap<String, ReadRequirement> byRouter = new ConcurrentHashMap<>(2);
    private final @Nullable Origin origin;
    /** Held while the origin is called. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Whether the requirements were loaded from the origin. */
    private volatile boolean loaded;

    /**
     * The store that a session is loaded from and saved to, such as an HTTP session. If a method throws, the failure is
     * logged and the session continues without the store.
     */
    public interface Origin {

        /**
         * Returns what was stored last, null for nothing. Called when the requirements are needed for the first time.
         */
        @Nullable
        SessionRequirements load();

        /** Called after the requirements have changed, by the thread that changed them. */
        void changed(Session session);
    }

    /** Creates an empty session that is not stored. */
    public Session() {
        this(null);
    }

    /**
     * Creates a session that is loaded from an origin when it is first used.
     *
     * @param origin the origin, null for none
     */
    public Session(@Nullable Origin origin) {
        this.origin = origin;
        this.loaded = origin == null;
    }

    /** Returns the session of this thread; begins a new one if it has none. */
    public static Session current() {
        Session session = CURRENT.get();
        if (session == null) {
            session = new Session();
            CURRENT.set(session);
        }
        return session;
    }

    /**
     * Binds this session to the current thread.
     *
     * @return the session bound before, for {@link #restore(Session)}; null for none
     */
    public @Nullable Session bind() {
        Session previous = CURRENT.get();
        CURRENT.set(this);
        return previous;
    }

    /** Binds the session that {@link #bind()} returned. */
    public static void restore(@Nullable Session previous) {
        if (previous == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(previous);
        }
    }

    /** Returns the requirements of this session, to be carried elsewhere. */
    public SessionRequirements requirements() {
        ensureLoaded();
        return new SessionRequirements(byRouter);
    }

    /** Clears the requirements of this session. */
    public void clear() {
        ensureLoaded();
        byRouter.clear();
        notifyOrigin();
    }

    /** Adds requirements to those of this session. */
    public void join(SessionRequirements requirements) {
        ensureLoaded();
        requirements
                .byRouter()
                .forEach((router, requirement) -> byRouter.merge(router, requirement, ReadRequirement::and));
        notifyOrigin();
    }

    @Nullable
    ReadRequirement required(String router) {
        ensureLoaded();
        return byRouter.get(router);
    }

    void require(String router, UnaryOperator<ReadRequirement> change, boolean notify) {
        ensureLoaded();
        byRouter.compute(router, (key, before) -> change.apply(before == null ? ReadRequirement.NONE : before));
        if (notify) {
            notifyOrigin();
        }
    }

    /**
     * Loads the requirements from the origin on first use. The origin may itself use the database and then finds the
     * session empty. Other threads wait for it, for a limited time.
     */
    private void ensureLoaded() {
        if (loaded || origin == null || lock.isHeldByCurrentThread()) {
            return;
        }
        if (!acquireLoadLock()) {
            return;
        }
        try {
            if (!loaded) {
                load(origin);
            }
        } finally {
            loaded = true;
            lock.unlock();
        }
    }

    private boolean acquireLoadLock() {
        try {
            return lock.tryLock() || lock.tryLock(MAX_LOAD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void load(Origin origin) {
        Session previous = new Session().bind();
        try {
            SessionRequirements stored = origin.load();
            if (stored != null) {
                stored.byRouter()
                        .forEach((router, requirement) -> byRouter.merge(router, requirement, ReadRequirement::and));
            }
        } catch (RuntimeException e) {
            LogOnce.warn("The stored session token cannot be loaded; the session starts empty", e);
        } finally {
            restore(previous);
        }
    }

    /** Notifies the origin once more, because it may now be able to store what it could not store before. */
    public void notifyOriginAgain() {
        if (loaded && !byRouter.isEmpty()) {
            notifyOrigin();
        }
    }

    /**
     * Notifies the origin, one thread after the other, so that the newest requirements are stored last; in another
     * session, because the origin may use the database itself.
     */
    private void notifyOrigin() {
        if (origin == null || !loaded || lock.isHeldByCurrentThread()) {
            // What has not been loaded yet must not be overwritten.
            return;
        }
        lock.lock();
        Session previous = new Session().bind();
        try {
            origin.changed(this);
        } catch (RuntimeException e) {
            LogOnce.warn("The session token cannot be stored for the next request", e);
        } finally {
            restore(previous);
            lock.unlock();
        }
    }
}
