package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.consistency.SessionToken;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.WebUtils;

/**
 * The HTTP session, where there is one. The attribute is a string, which every session store can keep. Requests of one
 * session may run at the same time: what the others have left meanwhile stays.
 */
final class HttpSessionCarrier implements Carrier {

    static final String ATTRIBUTE = "io.github.replicationrouting.session-token";

    /** What other requests have left while this one ran. */
    private static final String OTHERS = HttpSessionCarrier.class.getName() + ".others";

    /** What this request has read or left last. */
    private static final String LAST = HttpSessionCarrier.class.getName() + ".last";

    @Override
    public @Nullable String read(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        String stored = session == null ? null : stored(session);
        request.setAttribute(LAST, stored);
        return stored;
    }

    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, SessionToken token) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        synchronized (WebUtils.getSessionMutex(session)) {
            String stored = stored(session);
            SessionToken others = request.getAttribute(OTHERS) instanceof SessionToken known ? known : null;
            if (stored != null && !stored.equals(request.getAttribute(LAST))) {
                SessionToken news = SessionToken.parse(stored);
                others = others == null ? news : others.and(news);
                request.setAttribute(OTHERS, others);
            }
            String text = (others == null ? token : token.and(others)).toString();
            if (!text.equals(stored)) {
                session.setAttribute(ATTRIBUTE, text);
            }
            request.setAttribute(LAST, text);
        }
    }

    private static @Nullable String stored(HttpSession session) {
        return session.getAttribute(ATTRIBUTE) instanceof String token ? token : null;
    }
}
