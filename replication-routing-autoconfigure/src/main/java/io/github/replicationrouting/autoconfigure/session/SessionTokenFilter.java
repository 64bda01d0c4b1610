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
 * Gives each web request a session of its own, which goes on where the last request of the same client ended. The token
 * is left for the next request at the very moment when it changes: what a request has written is carried unless the
 * response was on its way before.
 *
 * <p>Stands behind the filter of Spring Session and before everything that may use the database.
 */
final class SessionTokenFilter extends OncePerRequestFilter implements Ordered {

    /** Spring Session's filter is at {@code Integer.MIN_VALUE + 50}. */
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 60;

    private static final Logger log = LoggerFactory.getLogger(SessionTokenFilter.class);
    private static final String ATTRIBUTE = SessionTokenFilter.class.getName() + ".session";

    private final @Nullable SessionTokenRepository repository;

    SessionTokenFilter(@Nullable SessionTokenRepository repository) {
        this.repository = repository;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    /** What goes on on another thread is the same request. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** Nor is an error page somebody else's. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Session session = request.getAttribute(ATTRIBUTE) instanceof Session begun ? begun : begin(request, response);
        Session before = session.bind();
        try {
            chain.doFilter(request, response);
            if (repository instanceof HttpSessionTokenRepository) {
                // It may have begun after what it is to keep, as at a registration with a login.
                session.notifyOriginAgain();
            }
        } finally {
            Session.restore(before);
        }
    }

    private Session begin(HttpServletRequest request, HttpServletResponse response) {
        Session session =
                repository == null ? new Session() : new Session(new CarriedSession(repository, request, response));
        request.setAttribute(ATTRIBUTE, session);
        return session;
    }

    private record CarriedSession(
            SessionTokenRepository repository, HttpServletRequest request, HttpServletResponse response)
            implements Session.Origin {

        @Override
        public @Nullable SessionRequirements load() {
            String text = repository.read(request);
            return text == null ? null : SessionRequirements.parse(text);
        }

        @Override
        public void changed(Session session) {
            if (response.isCommitted() && !(repository instanceof HttpSessionTokenRepository)) {
                log.debug("A write came after the response was on its way; the next request will not know of it");
            } else {
                repository.write(request, response, session.requirements());
            }
        }
    }
}
