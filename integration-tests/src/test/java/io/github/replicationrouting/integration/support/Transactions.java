package io.github.replicationrouting.integration.support;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** A service with a method for each kind of transaction; each runs the given work in it. */
public class Transactions {

    @Transactional(readOnly = true)
    public <T extends @Nullable Object> T readOnly(Supplier<T> work) {
        return work.get();
    }

    @Transactional
    public <T extends @Nullable Object> T write(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.NESTED)
    public <T extends @Nullable Object> T nested(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public <T extends @Nullable Object> T newWrite(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW, readOnly = true)
    public <T extends @Nullable Object> T newReadOnly(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.SUPPORTS, readOnly = true)
    public <T extends @Nullable Object> T supportsReadOnly(Supplier<T> work) {
        return work.get();
    }

    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    public <T extends @Nullable Object> T notSupported(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.READ_COMMITTED)
    public <T extends @Nullable Object> T writeReadCommitted(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.READ_COMMITTED, readOnly = true)
    public <T extends @Nullable Object> T readOnlyReadCommitted(Supplier<T> work) {
        return work.get();
    }

    @Transactional(isolation = Isolation.SERIALIZABLE, readOnly = true)
    public <T extends @Nullable Object> T readOnlySerializable(Supplier<T> work) {
        return work.get();
    }
}
