package io.github.replicationrouting.connection.pool;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets as many threads to a pool as the pool has connections. The others wait here, first come first served, and not in
 * the pool: from here they can be sent elsewhere at once when the node leaves the rotation.
 *
 * <p>A permit that is given back passes straight to the longest waiting thread, and is free only when nobody waits; so
 * entering and leaving cost one atomic operation while there are free ones. Each waiting thread is settled exactly once,
 * by whoever comes first: a permit, its own time limit or interrupt, or the departure of the node. Thread-safe; parks
 * virtual threads without pinning them.
 */
final class Admission {

    /** How a thread's wait has ended. */
    enum Outcome {
        ADMITTED,
        TIMED_OUT,
        NODE_LEFT,
        INTERRUPTED
    }

    private static final class Waiter {

        private final Thread thread = Thread.currentThread();
        private final Stay stay;
        private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

        Waiter(Stay stay) {
            this.stay = stay;
        }

        boolean settle(Outcome end) {
            return outcome.compareAndSet(null, end);
        }
    }

    private final AtomicInteger free;
    private final ConcurrentLinkedQueue<Waiter> queue = new ConcurrentLinkedQueue<>();

    Admission(int permits) {
        this.free = new AtomicInteger(permits);
    }

    /** Takes a permit, and waits for one until {@link System#nanoTime()} reaches {@code deadline}. */
    Outcome enter(long deadline, Stay stay) {
        return take() ? Outcome.ADMITTED : await(deadline, new Waiter(stay));
    }

    /** Gives a permit back. */
    void leave() {
        if (!handOver()) {
            free.incrementAndGet();
            serve();
        }
    }

    /** Sends away whoever waits in vain. */
    void recheck() {
        for (Waiter waiter : queue) {
            if (waiter.stay.isOver()) {
                sendAway(waiter, Outcome.NODE_LEFT);
                LockSupport.unpark(waiter.thread);
            }
        }
    }

    /** Threads that wait. */
    int waiting() {
        return queue.size();
    }

    /** Permits that nobody has. */
    int free() {
        return free.get();
    }

    private Outcome await(long deadline, Waiter own) {
        queue.add(own);
        // A permit given back, or a departure, just before this thread could be seen waiting.
        serve();
        if (own.stay.isOver()) {
            sendAway(own, Outcome.NODE_LEFT);
        }
        while (true) {
            Outcome outcome = own.outcome.get();
            if (outcome != null) {
                return outcome;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                sendAway(own, Outcome.TIMED_OUT);
            } else if (own.thread.isInterrupted()) {
                sendAway(own, Outcome.INTERRUPTED);
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

    /** Gives free permits to those who wait. */
    private void serve() {
        while (!queue.isEmpty() && take()) {
            if (!handOver()) {
                free.incrementAndGet();
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
        int now = free.get();
        while (now > 0) {
            if (free.compareAndSet(now, now - 1)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }
}
