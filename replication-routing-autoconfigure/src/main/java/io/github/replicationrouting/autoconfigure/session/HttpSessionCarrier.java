package io.github.replicationrouting.autoconfigure.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;

/** The HTTP session, where there is one. The attribute is a string, which every session store can keep. */
final class HttpSessionCarrier implements Carrier {

    static final String ATTRIBUTE = "io.github.replicationrouting.session-token";

    @Override
    public @Nullable String read(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null && session.getAttribute(ATTRIBUTE) instanceof String token ? token : null;
    }

    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, String token) {
        HttpSession session = request.getSession(false);
        if (session != null && !token.equals(session.getAttribute(ATTRIBUTE))) {
            session.setAttribute(ATTRIBUTE, token);
        }
    }
}
