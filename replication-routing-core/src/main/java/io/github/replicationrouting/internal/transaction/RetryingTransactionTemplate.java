package io.github.replicationrouting.internal.transaction;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A template whose outermost transactions are run again when their node is lost. Stands in for the application's
 * {@code TransactionTemplate} bean; one that an application builds itself does the same when it is made like this.
 */
public class RetryingTransactionTemplate extends TransactionTemplate {

    private static final long serialVersionUID = 1L;

    private final transient Supplier<TransactionRunner> runner;

    /**
     * @param template whose transaction manager and settings it takes over
     * @param runner asked for when a transaction first begins
     */
    public RetryingTransactionTemplate(TransactionTemplate template, Supplier<TransactionRunner> runner) {
        super(Objects.requireNonNull(template.getTransactionManager()), template);
        this.runner = runner;
    }

    @Override
    public <T extends @Nullable Object> T execute(TransactionCallback<T> action) {
        try {
            return runner.get().run(this, () -> super.execute(action));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new UndeclaredThrowableException(e);
        }
    }
}
