package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.Session;
import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Binds a {@link Session} to each web request, which continues the one of the same client's previous request. The token
 * is saved whenever it changes, because a cookie or header can only be set until the response is committed.
 *
 * <p>Runs after the filter of Spring Session and before every other filter that may use the database.
 */
final class SessionTokenFilter extends OncePerRequestFilter implements Ordered {

    /** After Spring Session's filter, which is at {@code Integer.MIN_VALUE + 50}. */
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 60;

    private static final Logger log = LoggerFactory.getLogger(SessionTokenFilter.class);
    private static final String SESSION_ATTRIBUTE = SessionTokenFilter.class.getName() + ".session";

    private final @Nullable SessionTokenRepository repository;

    SessionTokenFilter(@Nullable SessionTokenRepository repository) {
        this.repository = repository;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    /** Returns false: an asynchronous dispatch continues the session of its request. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** Returns false: an error page belongs to the session of its request. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Session session = sessionOf(request, response);
        Session previous = session.bind();
        try {
            chain.doFilter(request, response);
            if (repository != null && !repository.usesResponse()) {
                // The HTTP session may have been created after the write, as by a registration that logs in.
                session.notifyOriginAgain();
            }
        } finally {
            Session.restore(previous);
        }
    }

    private Session sessionOf(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(SESSION_ATTRIBUTE) instanceof Session existing) {
            return existing;
        }
        Session session =
                repository == null ? new Session() : new Session(new RequestOrigin(repository, request, response));
        request.setAttribute(SESSION_ATTRIBUTE, session);
        return session;
    }

    /** The origin of a session in the token of a previous request. */
    private record RequestOrigin(
            SessionTokenRepository repository, HttpServletRequest request, HttpServletResponse response)
            implements Session.Origin {

        @Override
        public @Nullable SessionRequirements load() {
            String text = repository.loadToken(request);
            return text == null ? null : SessionRequirements.parse(text);
        }

        @Override
        public void changed(Session session) {
            if (repository.usesResponse() && response.isCommitted()) {
                log.debug("A session token that changed after the response was committed is not sent to the client; the"
                        + " next request may not see what this one has written");
            } else {
                repository.saveToken(session.requirements(), request, response);
            }
        }
    }
}
