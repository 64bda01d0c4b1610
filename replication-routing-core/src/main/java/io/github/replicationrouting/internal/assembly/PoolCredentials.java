package io.github.replicationrouting.internal.assembly;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Current account of a pool. Applications and management may change it while the pool runs, and the monitor follows.
 * Thread-safe.
 */
final class PoolCredentials implements Supplier<Credentials> {

    /** Null where a provider supplies them. */
    private final @Nullable Credentials declared;

    private volatile HikariConfig pool;

    /** @param declared the configuration in force until {@link #follow} is called with the running pool */
    PoolCredentials(HikariConfig declared) {
        this.declared = declared.getCredentialsProvider() == null ? declared.getCredentials() : null;
        this.pool = declared;
    }

    /** Returns the current account if {@code other} declares the same one and it has changed since; otherwise null. */
    @Nullable
    Credentials changedFrom(HikariConfig other) {
        if (declared == null || other.getCredentialsProvider() != null || !isSame(declared, other.getCredentials())) {
            return null;
        }
        Credentials now = get();
        return isSame(declared, now) ? null : now;
    }

    private static boolean isSame(Credentials one, Credentials other) {
        return Objects.equals(one.getUsername(), other.getUsername())
                && Objects.equals(one.getPassword(), other.getPassword());
    }

    /** Returns whether the pool has been closed. */
    boolean isClosed() {
        return pool instanceof HikariDataSource running && running.isClosed();
    }

    /** Takes the account from a running pool from now on. */
    void follow(HikariConfig running) {
        pool = running;
    }

    @Override
    public Credentials get() {
        HikariConfig current = pool;
        HikariCredentialsProvider provider = current.getCredentialsProvider();
        return provider != null ? provider.getCredentials() : current.getCredentials();
    }
}
