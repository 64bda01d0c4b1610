package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.transaction.RerunGuard;
import io.github.replicationrouting.transaction.RerunRefusal;
import jakarta.servlet.ServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Knows whether the response of the thread's web request is on its way to the client. */
final class WebResponseGuard implements RerunGuard {

    @Override
    public @Nullable RerunRefusal refusal() {
        ServletResponse response =
                RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request
                        ? request.getResponse()
                        : null;
        return response != null && response.isCommitted() ? RerunRefusal.RESPONSE_COMMITTED : null;
    }
}
