package io.github.replicationrouting.internal.connection.pool;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits as many threads at a time as a limit says. The others wait here, first come first served, and can be sent away at
 * once when there is nothing left to wait for. The limit may change at any time: a higher one counts at the next
 * {@link #recheck()} or {@link #leave()}, a lower one as threads leave.
 *
 * <p>A place that becomes free passes straight to the longest waiting thread; so entering and leaving cost one atomic
 * operation while there are free ones. Each waiting thread is settled exactly once, by the first of these: a place, its
 * own time limit or interrupt, the end of its stay, or the end of all. Thread-safe; parks virtual threads without pinning
 * them.
 */
public final class Admission {

    /** How a thread's wait has ended. */
    public enum Outcome {
        ADMITTED,
        TIMED_OUT,
        NODE_LEFT,
        INTERRUPTED,
        CLOSED
    }

    private static final class Waiter {

        private final Thread thread = Thread.currentThread();
        private final WaitCondition stay;
        private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

        Waiter(WaitCondition stay) {
            this.stay = stay;
        }

        boolean settle(Outcome end) {
            return outcome.compareAndSet(null, end);
        }
    }

    private final IntSupplier limit;
    private final AtomicInteger admitted = new AtomicInteger();
    private final ConcurrentLinkedQueue<Waiter> queue = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** @param limit how many to admit at a time; asked at each decision, so it must not block */
    public Admission(IntSupplier limit) {
        this.limit = limit;
    }

    /**
     * Enters, and waits for that until {@link System#nanoTime()} reaches {@code deadline}.
     *
     * @param stay asked on the waiting thread, before it waits and at each {@link #recheck()}
     */
    public Outcome enter(long deadline, WaitCondition stay) {
        if (closed) {
            return Outcome.CLOSED;
        }
        return take() ? Outcome.ADMITTED : await(deadline, new Waiter(stay));
    }

    /** Makes room for another thread. */
    public void leave() {
        // A waiting thread inherits the place, unless the limit has been lowered meanwhile.
        if (admitted.get() > limit.getAsInt() || !handOver()) {
            admitted.decrementAndGet();
            serve();
        }
    }

    /** Has all who wait look whether that is still of any use, and admits more where the limit was raised. */
    public void recheck() {
        serve();
        for (Waiter waiter : queue) {
            LockSupport.unpark(waiter.thread);
        }
    }

    /** Refuses all threads that wait, and all that ask from now on. */
    public void close() {
        closed = true;
        recheck();
    }

    /** Threads that wait. */
    public int waiting() {
        return queue.size();
    }

    /** Threads that were admitted and have not left yet. */
    int admitted() {
        return admitted.get();
    }

    private Outcome await(long deadline, Waiter own) {
        queue.add(own);
        // A place that became free just before this thread could be seen waiting.
        serve();
        while (true) {
            Outcome outcome = own.outcome.get();
            if (outcome != null) {
                return outcome;
            }
            long left = deadline - System.nanoTime();
            if (closed) {
                sendAway(own, Outcome.CLOSED);
            } else if (left <= 0) {
                sendAway(own, Outcome.TIMED_OUT);
            } else if (own.thread.isInterrupted()) {
                sendAway(own, Outcome.INTERRUPTED);
            } else if (own.stay.isOver()) {
                sendAway(own, Outcome.NODE_LEFT);
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private void sendAway(Waiter waiter, Outcome end) {
        if (waiter.settle(end)) {
            queue.remove(waiter);
        }
    }

    /** Gives free places to those who wait. */
    private void serve() {
        while (!queue.isEmpty() && take()) {
            if (!handOver()) {
                admitted.decrementAndGet();
            }
        }
    }

    private boolean handOver() {
        Waiter next;
        while ((next = queue.poll()) != null) {
            if (next.settle(Outcome.ADMITTED)) {
                LockSupport.unpark(next.thread);
                return true;
            }
        }
        return false;
    }

    private boolean take() {
        int now = admitted.get();
        while (now < limit.getAsInt()) {
            if (admitted.compareAndSet(now, now + 1)) {
                return true;
            }
            now = admitted.get();
        }
        return false;
    }
}
