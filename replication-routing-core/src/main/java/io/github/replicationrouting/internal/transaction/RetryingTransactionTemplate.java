package io.github.replicationrouting.internal.transaction;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A {@link TransactionTemplate} whose outermost transactions are run by a {@link TransactionRunner}, which retries
 * them. Replaces the application's {@code TransactionTemplate} bean; an application can wrap a template that it builds
 * itself the same way.
 */
public class RetryingTransactionTemplate extends TransactionTemplate {

    private static final long serialVersionUID = 1L;

    private final transient Supplier<TransactionRunner> runner;

    /**
     * @param template template with the transaction manager and settings to use
     * @param runner supplies the runner when a transaction first begins
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
