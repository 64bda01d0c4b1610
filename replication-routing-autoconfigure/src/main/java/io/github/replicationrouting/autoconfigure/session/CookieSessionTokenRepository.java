package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/** A {@link SessionTokenRepository} that keeps the token in a signed cookie, for applications without HTTP sessions. */
final class CookieSessionTokenRepository implements SessionTokenRepository {

    static final String COOKIE_NAME = "replication-token";

    private final TokenSigner signer;

    CookieSessionTokenRepository(TokenSigner signer) {
        this.signer = signer;
    }

    @Override
    public @Nullable String loadToken(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(COOKIE_NAME)) {
                    return signer.verify(cookie.getValue());
                }
            }
        }
        return null;
    }

    /** Replaces a cookie of this name that the response already has. */
    @Override
    public void saveToken(SessionRequirements token, HttpServletRequest request, HttpServletResponse response) {
        String path = request.getContextPath().isEmpty() ? "/" : request.getContextPath();
        String cookie = ResponseCookie.from(COOKIE_NAME, signer.sign(token.toString()))
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .path(path)
                .maxAge(signer.validity())
                .build()
                .toString();
        List<String> others = response.getHeaders(HttpHeaders.SET_COOKIE).stream()
                .filter(other -> !other.startsWith(COOKIE_NAME + "="))
                .toList();
        response.setHeader(HttpHeaders.SET_COOKIE, cookie);
        others.forEach(other -> response.addHeader(HttpHeaders.SET_COOKIE, other));
    }

    @Override
    public boolean usesResponse() {
        return true;
    }
}
