package io.github.replicationrouting.integration.retry;

import io.github.replicationrouting.NoRetry;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.transaction.annotation.Transactional;

/** Methods of kinds that are retried or not. */
class Reports {

    @Intercepted
    @Transactional(readOnly = true)
    public <T> T intercepted(Supplier<T> work) {
        return work.get();
    }

    @NoRetry
    @Transactional(readOnly = true)
    public <T> T once(Supplier<T> work) {
        return work.get();
    }

    @Transactional(readOnly = true)
    public Stream<String> stream(Supplier<String> work) {
        return Stream.of(work.get());
    }

    @Transactional(readOnly = true, timeout = 2)
    public <T> T quick(Supplier<T> work) {
        return work.get();
    }

    @Transactional(readOnly = true, timeout = 10)
    public <T> T patient(Supplier<T> work) {
        return work.get();
    }
}
