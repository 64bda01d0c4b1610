package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** Carries the token of a session from one request to the next. Thread-safe. */
interface SessionTokenRepository {

    /**
     * Loads the text of the token that the previous request saved; null when there is none.
     *
     * @throws IllegalArgumentException when the text is not a valid token
     */
    @Nullable
    String loadToken(HttpServletRequest request);

    /** Saves the token for the next request. */
    void saveToken(SessionRequirements token, HttpServletRequest request, HttpServletResponse response);

    /** Returns whether the token is part of the response, so that it can only be saved until that is committed. */
    boolean usesResponse();
}
