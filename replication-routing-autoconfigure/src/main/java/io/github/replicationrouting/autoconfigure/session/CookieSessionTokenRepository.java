package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/** A signed cookie, for services without sessions of their own. */
final class CookieSessionTokenRepository implements SessionTokenRepository {

    static final String NAME = "replication-token";

    private final TokenSignature signature;

    CookieSessionTokenRepository(TokenSignature signature) {
        this.signature = signature;
    }

    @Override
    public @Nullable String read(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(NAME)) {
                    return signature.verify(cookie.getValue());
                }
            }
        }
        return null;
    }

    /** In place of the one that this response has already. */
    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, SessionRequirements token) {
        String path = request.getContextPath().isEmpty() ? "/" : request.getContextPath();
        String cookie = ResponseCookie.from(NAME, signature.sign(token.toString()))
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .path(path)
                .maxAge(signature.goodFor())
                .build()
                .toString();
        List<String> others = response.getHeaders(HttpHeaders.SET_COOKIE).stream()
                .filter(other -> !other.startsWith(NAME + "="))
                .toList();
        response.setHeader(HttpHeaders.SET_COOKIE, cookie);
        others.forEach(other -> response.addHeader(HttpHeaders.SET_COOKIE, other));
    }
}
