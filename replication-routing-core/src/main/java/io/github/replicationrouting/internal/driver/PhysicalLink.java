package io.github.replicationrouting.internal.driver;

import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What leads to the server under one driver connection, from before it is opened until it is closed. Cut from another
 * thread, it releases whoever waits on the connection for a server that does not answer: the raw socket is closed, below
 * TLS and below the driver's locks, because {@code close} and {@code abort} of a driver may wait for the server
 * themselves. Where a driver does not show its socket, the connection is aborted in the background instead.
 *
 * <p>Work that must not be interrupted protects its wire. Thread-safe; no method blocks.
 */
public final class PhysicalLink {

    private static final Logger log = LoggerFactory.getLogger(PhysicalLink.class);

    private enum State {
        EXPOSED,
        PROTECTED,
        CUT
    }

    private final Executor background;
    private final Consumer<PhysicalLink> whenClosed;
    private final AtomicReference<State> state = new AtomicReference<>(State.EXPOSED);
    private volatile boolean doubted;
    private volatile boolean lent;
    private volatile @Nullable Socket socket;
    private volatile @Nullable Connection connection;

    /**
     * @param background runs what may block, each task on a thread of its own
     * @param whenClosed hears, at least once, that the connection is closed or was never made
     */
    public PhysicalLink(Executor background, Consumer<PhysicalLink> whenClosed) {
        this.background = background;
        this.whenClosed = whenClosed;
    }

    /** Begins work that a cut must not interrupt; false when the wire is cut already. */
    public boolean protect() {
        return state.compareAndSet(State.EXPOSED, State.PROTECTED);
    }

    /** The connection is in use from now on. */
    public void lend() {
        lent = true;
    }

    /** The connection is not in use any more; ends work that was protected. */
    public void giveBack() {
        lent = false;
        state.compareAndSet(State.PROTECTED, State.EXPOSED);
    }

    /** Returns whether the connection is open and not in use. */
    public boolean isIdle() {
        return connection != null && !lent;
    }

    /** Releases whoever waits for the server, now and later; false when it is protected, or cut already. */
    public boolean cut() {
        return state.compareAndSet(State.EXPOSED, State.CUT) && release();
    }

    /** Returns the same for protected work, too: what it does there would be lost. False when it is cut already. */
    public boolean sever() {
        return state.getAndSet(State.CUT) != State.CUT && release();
    }

    private boolean release() {
        Socket raw = socket;
        Connection made = connection;
        if (raw != null && !raw.isClosed()) {
            close(raw);
        } else if (made != null) {
            abort(made);
        }
        return true;
    }

    public boolean isCut() {
        return state.get() == State.CUT;
    }

    /** Another connection of the same server was lost: this one is to be tried before its next use. */
    public void doubt() {
        doubted = true;
    }

    /** Returns whether the connection is to be tried; the caller does it, and it is doubted no more. */
    public boolean takeDoubt() {
        if (!doubted) {
            return false;
        }
        doubted = false;
        return true;
    }

    /** The connection is closed. */
    public void closed() {
        whenClosed.accept(this);
    }

    /** A socket is about to be connected for it; the last one counts where a driver tries several addresses. */
    void use(Socket opened) {
        socket = opened;
        if (isCut()) {
            close(opened);
        }
    }

    /** Returns what the server reports of its session, as far as it can be read off the socket; null where it cannot. */
    @Nullable
    SessionTrackingReader reports() {
        return socket instanceof SessionTrackingSocket reporting ? reporting.reports() : null;
    }

    void use(Connection opened) {
        connection = opened;
        if (isCut() && socket == null) {
            abort(opened);
        }
    }

    private static void close(Socket raw) {
        try {
            raw.close();
        } catch (IOException e) {
            log.debug("A socket could not be closed", e);
        }
    }

    private void abort(Connection made) {
        background.execute(() -> {
            try {
                made.abort(Runnable::run);
            } catch (SQLException | RuntimeException e) {
                log.debug("A connection could not be aborted", e);
            }
        });
    }
}
