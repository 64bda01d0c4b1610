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
 * The link to the server under one driver connection, from before it is opened until it is closed. Another thread can
 * release a call that waits for a server which does not answer: it closes the raw socket, below TLS and below the
 * driver's locks, because {@code close} and {@code abort} of a driver may wait for the server themselves. Where a
 * driver does not expose its socket, the connection is aborted in the background instead.
 *
 * <p>Work that may write makes its link uninterruptible, so that only {@link #forceCloseSocket} ends it. Thread-safe;
 * no method blocks.
 */
public final class PhysicalLink {

    private static final Logger log = LoggerFactory.getLogger(PhysicalLink.class);

    private enum State {
        INTERRUPTIBLE,
        UNINTERRUPTIBLE,
        CLOSED
    }

    private final Executor background;
    private final Consumer<PhysicalLink> onClose;
    private final AtomicReference<State> state = new AtomicReference<>(State.INTERRUPTIBLE);
    private volatile boolean validationRequired;
    private volatile boolean inUse;
    private volatile @Nullable Socket socket;
    private volatile @Nullable Connection connection;

    /**
     * Creates the link of a connection that is about to be opened.
     *
     * @param background runs what may block, each task on a thread of its own
     * @param onClose called, at least once, when the connection is closed or could not be opened
     */
    public PhysicalLink(Executor background, Consumer<PhysicalLink> onClose) {
        this.background = background;
        this.onClose = onClose;
    }

    /** Begins work that {@link #closeSocket} must not interrupt; false when the socket is closed already. */
    public boolean makeUninterruptible() {
        return state.compareAndSet(State.INTERRUPTIBLE, State.UNINTERRUPTIBLE);
    }

    /** Marks the connection as borrowed from its pool. */
    public void acquire() {
        inUse = true;
    }

    /** Marks the connection as returned to its pool, and its work as interruptible again. */
    public void release() {
        inUse = false;
        state.compareAndSet(State.UNINTERRUPTIBLE, State.INTERRUPTIBLE);
    }

    /** Returns whether the connection is open and not in use. */
    public boolean isIdle() {
        return connection != null && !inUse;
    }

    /**
     * Closes the socket, now or as soon as there is one, which releases a thread that waits for the server.
     *
     * @return false when the work is uninterruptible, or the socket is closed already
     */
    public boolean closeSocket() {
        return state.compareAndSet(State.INTERRUPTIBLE, State.CLOSED) && closeOrAbort();
    }

    /**
     * Closes the socket, uninterruptible work included: what that has written would be lost.
     *
     * @return false when the socket is closed already
     */
    public boolean forceCloseSocket() {
        return state.getAndSet(State.CLOSED) != State.CLOSED && closeOrAbort();
    }

    private boolean closeOrAbort() {
        Socket raw = socket;
        Connection opened = connection;
        if (raw != null && !raw.isClosed()) {
            close(raw);
        } else if (opened != null) {
            abort(opened);
        }
        return true;
    }

    /** Returns whether the socket was closed by this link. */
    public boolean isSocketClosed() {
        return state.get() == State.CLOSED;
    }

    /** Requires that the connection is validated before its next use, because others of the same server were lost. */
    public void requireValidation() {
        validationRequired = true;
    }

    /** Returns whether the connection must be validated, and leaves that to the caller: the next call returns false. */
    public boolean takeValidationRequired() {
        if (!validationRequired) {
            return false;
        }
        validationRequired = false;
        return true;
    }

    /** Reports that the connection is closed. */
    public void closed() {
        onClose.accept(this);
    }

    /** Keeps a socket that is about to be connected; the last one counts where a driver tries several addresses. */
    void use(Socket opened) {
        socket = opened;
        if (isSocketClosed()) {
            close(opened);
        }
    }

    /** Keeps the connection that was opened. */
    void use(Connection opened) {
        connection = opened;
        if (isSocketClosed() && socket == null) {
            abort(opened);
        }
    }

    /** Returns the reader of the server's session reports on this socket; null where they cannot be read off it. */
    @Nullable
    SessionTrackingReader sessionReports() {
        return socket instanceof SessionTrackingSocket tracking ? tracking.reports() : null;
    }

    private static void close(Socket raw) {
        try {
            raw.close();
        } catch (IOException e) {
            log.debug("A socket could not be closed", e);
        }
    }

    private void abort(Connection opened) {
        background.execute(() -> {
            try {
                opened.abort(Runnable::run);
            } catch (SQLException | RuntimeException e) {
                log.debug("A connection could not be aborted", e);
            }
        });
    }
}
