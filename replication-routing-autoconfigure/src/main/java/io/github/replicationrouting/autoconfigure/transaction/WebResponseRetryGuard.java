package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import jakarta.servlet.ServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Refuses retries once the response of the thread's web request is committed: a part of it may have been sent. */
final class WebResponseRetryGuard implements RetryGuard {

    @Override
    public @Nullable RetryRefusal refusal() {
        ServletResponse response =
                RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                        ? attributes.getResponse()
                        : null;
        return response != null && response.isCommitted() ? RetryRefusal.RESPONSE_COMMITTED : null;
    }
}
