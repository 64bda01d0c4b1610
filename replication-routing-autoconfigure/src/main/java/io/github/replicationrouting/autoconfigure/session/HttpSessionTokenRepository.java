package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP session, where there is one. The attribute is a string, which every session store can keep. Requests of one
 * session may run at the same time: what the others have left meanwhile stays.
 */
final class HttpSessionTokenRepository implements SessionTokenRepository {

    static final String ATTRIBUTE = "io.github.replicationrouting.session-token";

    private static final Object[] MONITORS =
            Stream.generate(Object::new).limit(64).toArray();

    /** What other requests have left while this one ran. */
    private static final String OTHERS = HttpSessionTokenRepository.class.getName() + ".others";

    /** What this request has read or left last. */
    private static final String LAST = HttpSessionTokenRepository.class.getName() + ".last";

    @Override
    public @Nullable String read(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        String stored = session == null ? null : stored(session);
        request.setAttribute(LAST, stored);
        return stored;
    }

    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, SessionRequirements token) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        synchronized (monitorOf(session)) {
            String stored = stored(session);
            String text = withOthers(request, token, stored).toString();
            if (!text.equals(stored)) {
                session.setAttribute(ATTRIBUTE, text);
            }
            request.setAttribute(LAST, text);
        }
    }

    private static SessionRequirements withOthers(
            HttpServletRequest request, SessionRequirements token, @Nullable String stored) {
        if (token.isEmpty()) {
            // Cleared on purpose.
            request.removeAttribute(OTHERS);
            return token;
        }
        SessionRequirements others = request.getAttribute(OTHERS) instanceof SessionRequirements known ? known : null;
        if (stored != null && !stored.equals(request.getAttribute(LAST))) {
            SessionRequirements news = SessionRequirements.parse(stored);
            others = others == null ? news : others.and(news);
            request.setAttribute(OTHERS, others);
        }
        return others == null ? token : token.and(others);
    }

    /** Not the session's mutex: an application may hold that while it waits for threads that come here. */
    private static Object monitorOf(HttpSession session) {
        return MONITORS[Math.floorMod(session.getId().hashCode(), MONITORS.length)];
    }

    private static @Nullable String stored(HttpSession session) {
        return session.getAttribute(ATTRIBUTE) instanceof String token ? token : null;
    }
}
