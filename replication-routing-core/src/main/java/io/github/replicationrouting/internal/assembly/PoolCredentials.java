package io.github.replicationrouting.internal.assembly;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The account that a pool logs in with now: applications and management change it while the pool runs, and the monitor
 * has to follow. Thread-safe.
 */
final class PoolCredentials implements Supplier<Credentials> {

    /** Null where a provider gives them. */
    private final @Nullable Credentials declared;

    private volatile HikariConfig pool;

    /** @param declared counts until there is a running pool, which copies it */
    PoolCredentials(HikariConfig declared) {
        this.declared = declared.getCredentialsProvider() == null ? declared.getCredentials() : null;
        this.pool = declared;
    }

    /** What an account that was declared like this one has become since; null where it is still the same, or another. */
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

    /** Whether the pool that counts has been closed. */
    boolean isOver() {
        return pool instanceof HikariDataSource running && running.isClosed();
    }

    /** From now on a running pool counts. */
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
