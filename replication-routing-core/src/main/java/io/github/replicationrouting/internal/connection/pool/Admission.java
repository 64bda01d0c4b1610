package io.github.replicationrouting.internal.connection.pool;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits as many threads at a time as a limit says. The others wait here, first come first served, and their wait can
 * be ended immediately when it has become pointless. The limit may change at any time: a higher one counts at the next
 * {@link #recheck()} or {@link #leave()}, a lower one as threads leave.
 *
 * <p>A permit that becomes free passes straight to the longest waiting thread; so entering and leaving cost one atomic
 * operation while there are free ones. Each wait is settled exactly once, by the first of these: a permit, its timeout
 * or interrupt, its {@link WaitCondition}, or {@link #close()}. Thread-safe; parks virtual threads without pinning
 * them.
 */
public final class Admission {

    /** How the wait of a thread has ended. */
    public enum Outcome {
        ADMITTED,
        TIMED_OUT,
        NODE_EVICTED,
        INTERRUPTED,
        CLOSED
    }

    private static final class Waiter {

        private final Thread thread = Thread.currentThread();
        private final WaitCondition condition;
        private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

        Waiter(WaitCondition condition) {
            this.condition = condition;
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
     * Enters, and waits for a permit until {@link System#nanoTime()} reaches {@code deadline}.
     *
     * @param condition checked on the waiting thread, before it waits and at each {@link #recheck()}
     */
    public Outcome enter(long deadline, WaitCondition condition) {
        if (closed) {
            return Outcome.CLOSED;
        }
        return tryAcquire() ? Outcome.ADMITTED : await(deadline, new Waiter(condition));
    }

    /** Releases the permit of a thread. */
    public void leave() {
        // A waiting thread inherits the permit, unless the limit has been lowered meanwhile.
        if (admitted.get() > limit.getAsInt() || !handOver()) {
            admitted.decrementAndGet();
            admitWaiting();
        }
    }

    /** Has all waiting threads check their condition, and admits more where the limit was raised. */
    public void recheck() {
        admitWaiting();
        for (Waiter waiter : queue) {
            LockSupport.unpark(waiter.thread);
        }
    }

    /** Refuses all threads that wait, and all later ones. */
    public void close() {
        closed = true;
        recheck();
    }

    /** Returns how many threads wait. */
    public int waiting() {
        return queue.size();
    }

    /** Returns how many threads were admitted and have not left yet. */
    int admitted() {
        return admitted.get();
    }

    private Outcome await(long deadline, Waiter own) {
        queue.add(own);
        // For a permit that became free just before this thread was queued.
        admitWaiting();
        while (true) {
            Outcome outcome = own.outcome.get();
            if (outcome != null) {
                return outcome;
            }
            long left = deadline - System.nanoTime();
            if (closed) {
                end(own, Outcome.CLOSED);
            } else if (left <= 0) {
                end(own, Outcome.TIMED_OUT);
            } else if (own.thread.isInterrupted()) {
                end(own, Outcome.INTERRUPTED);
            } else if (own.condition.isOver()) {
                end(own, Outcome.NODE_EVICTED);
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private void end(Waiter waiter, Outcome outcome) {
        if (waiter.settle(outcome)) {
            queue.remove(waiter);
        }
    }

    /** Gives free permits to waiting threads. */
    private void admitWaiting() {
        while (!queue.isEmpty() && tryAcquire()) {
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

    private boolean tryAcquire() {
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
