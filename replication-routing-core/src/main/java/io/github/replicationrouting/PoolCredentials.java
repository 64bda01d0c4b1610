package io.github.replicationrouting;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.util.Credentials;
import java.util.function.Supplier;

/**
 * The account that a pool logs in with now: applications and management change it while the pool runs, and the monitor
 * has to follow. Thread-safe.
 */
final class PoolCredentials implements Supplier<Credentials> {

    private volatile HikariConfig pool;

    /** @param declared counts until there is a running pool, which copies it */
    PoolCredentials(HikariConfig declared) {
        this.pool = declared;
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
