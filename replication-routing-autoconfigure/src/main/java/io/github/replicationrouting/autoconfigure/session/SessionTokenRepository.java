package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** Takes the text of a token from one request to the next. */
interface SessionTokenRepository {

    /** What the last request left; null for nothing. */
    @Nullable
    String read(HttpServletRequest request);

    /** Leaves a token for the next request, as long as the response is not on its way. */
    void write(HttpServletRequest request, HttpServletResponse response, SessionRequirements token);
}
