package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SessionTokenRepository} that keeps the token in the HTTP session if one exists. The attribute is a string,
 * which every session store can persist. Requests of one session may run concurrently: a request that saves its token
 * keeps what the others have saved meanwhile.
 */
final class HttpSessionTokenRepository implements SessionTokenRepository {

    static final String ATTRIBUTE = "io.github.replicationrouting.session-token";

    private static final Object[] LOCKS = Stream.generate(Object::new).limit(64).toArray();

    /** Request attribute with the tokens that concurrent requests have saved. */
    private static final String CONCURRENT = HttpSessionTokenRepository.class.getName() + ".concurrent";

    /** Request attribute with the text that this request has loaded or saved last. */
    private static final String LAST = HttpSessionTokenRepository.class.getName() + ".last";

    @Override
    public @Nullable String loadToken(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        String stored = session == null ? null : stored(session);
        request.setAttribute(LAST, stored);
        return stored;
    }

    @Override
    public void saveToken(SessionRequirements token, HttpServletRequest request, HttpServletResponse response) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        synchronized (lockOf(session)) {
            String stored = stored(session);
            String text = withConcurrent(request, token, stored).toString();
            if (!text.equals(stored)) {
                session.setAttribute(ATTRIBUTE, text);
            }
            request.setAttribute(LAST, text);
        }
    }

    @Override
    public boolean usesResponse() {
        return false;
    }

    private static SessionRequirements withConcurrent(
            HttpServletRequest request, SessionRequirements token, @Nullable String stored) {
        if (token.isEmpty()) {
            // The application has cleared the token.
            request.removeAttribute(CONCURRENT);
            return token;
        }
        SessionRequirements concurrent =
                request.getAttribute(CONCURRENT) instanceof SessionRequirements known ? known : null;
        if (stored != null && !stored.equals(request.getAttribute(LAST))) {
            SessionRequirements saved = SessionRequirements.parse(stored);
            concurrent = concurrent == null ? saved : concurrent.and(saved);
            request.setAttribute(CONCURRENT, concurrent);
        }
        return concurrent == null ? token : token.and(concurrent);
    }

    /**
     * Returns a lock that is not the session's mutex, which the application may hold while it waits for this thread.
     */
    private static Object lockOf(HttpSession session) {
        return LOCKS[Math.floorMod(session.getId().hashCode(), LOCKS.length)];
    }

    private static @Nullable String stored(HttpSession session) {
        return session.getAttribute(ATTRIBUTE) instanceof String token ? token : null;
    }
}
