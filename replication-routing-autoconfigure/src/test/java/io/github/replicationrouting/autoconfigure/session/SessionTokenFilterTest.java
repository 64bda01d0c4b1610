package io.github.replicationrouting.autoconfigure.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.internal.consistency.Session;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;

class SessionTokenFilterTest {

    private static final SessionToken WRITTEN = SessionToken.parse(Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                    "1\nrouter dataSource\nmariadb 0-1-42@feed.7".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

    private final TokenSigner signer =
            new TokenSigner("0123456789abcdef", Duration.ofMinutes(1), InstantSource.system());

    @Test
    void whenRequestIsFilteredShouldBindASessionOfItsOwn() throws Exception {
        Session outside = Session.current();

        run(null, new MockHttpServletRequest(), new MockHttpServletResponse(), () -> {
            assertThat(Session.current()).isNotSameAs(outside);
            WRITTEN.join();
        });

        assertThat(Session.current()).isSameAs(outside);
        assertThat(SessionToken.current().isEmpty()).isTrue();
    }

    @Test
    void whenHttpSessionExistsShouldCarryTheTokenAndNeverCreateOne() throws Exception {
        MockHttpServletRequest without = new MockHttpServletRequest();
        run(new HttpSessionTokenRepository(), without, new MockHttpServletResponse(), WRITTEN::join);
        assertThat(without.getSession(false)).isNull();

        MockHttpSession session = new MockHttpSession();
        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), WRITTEN::join);
        assertThat(session.getAttribute(HttpSessionTokenRepository.ATTRIBUTE)).isInstanceOf(String.class);

        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), () -> assertThat(carried())
                .contains("0-1-42"));
    }

    @Test
    void whenRequestsRunConcurrentlyShouldKeepTheTokensOfAll() throws Exception {
        MockHttpSession session = new MockHttpSession();
        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), () -> {
            assertThat(SessionToken.current().isEmpty()).isTrue();
            runUnchecked(with(session), WRITTEN::join);
            SessionToken.parse(text("router other\nmariadb 0-1-7@feed.7")).join();
        });

        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), () -> assertThat(carried())
                .contains("0-1-42", "0-1-7"));
    }

    /** Two requests of one browser read on two replicas: the next one must see at least what both have seen. */
    @Test
    void whenRequestsReadConcurrentlyShouldKeepWhatEachHasSeen() throws Exception {
        MockHttpSession session = new MockHttpSession();
        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), () -> {
            assertThat(SessionToken.current().isEmpty()).isTrue();
            runUnchecked(with(session), SessionToken.parse(text("router shop\nseen db2@feed.7"))::join);
            SessionToken.parse(text("router shop\nseen db3@feed.8")).join();
        });

        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), () -> assertThat(carried())
                .contains("seen db2@", "seen db3@"));
    }

    @Test
    void whenTokenIsClearedShouldBeEmptyInTheNextRequest() throws Exception {
        MockHttpSession session = new MockHttpSession();
        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), WRITTEN::join);
        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), SessionToken::clear);

        run(new HttpSessionTokenRepository(), with(session), new MockHttpServletResponse(), () -> assertThat(
                        SessionToken.current().isEmpty())
                .isTrue());
    }

    @Test
    void whenHttpSessionIsCreatedAfterTheWriteShouldSaveTheToken() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest();
        run(new HttpSessionTokenRepository(), request, new MockHttpServletResponse(), () -> {
            WRITTEN.join();
            request.getSession(true);
        });

        assertThat(Objects.requireNonNull(request.getSession(false)).getAttribute(HttpSessionTokenRepository.ATTRIBUTE))
                .isEqualTo(WRITTEN.toString());
    }

    @Test
    void whenErrorPageIsDispatchedShouldKeepTheSessionOfItsRequest() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest();
        Session[] sessions = new Session[2];
        run(null, request, new MockHttpServletResponse(), () -> sessions[0] = Session.current());
        request.setDispatcherType(DispatcherType.ERROR);
        request.setAttribute("jakarta.servlet.error.request_uri", "/");
        run(null, request, new MockHttpServletResponse(), () -> sessions[1] = Session.current());

        assertThat(sessions[1]).isSameAs(sessions[0]);
    }

    @Test
    void whenCookieIsUsedShouldSetItOnceAndKeepOtherCookies() throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        run(new CookieSessionTokenRepository(signer), new MockHttpServletRequest(), response, () -> {
            response.addHeader("Set-Cookie", "theirs=1");
            WRITTEN.join();
            SessionToken.parse(WRITTEN.toString()).join();
        });
        List<String> cookies = response.getHeaders("Set-Cookie");
        assertThat(cookies).hasSize(2).anyMatch(cookie -> cookie.startsWith("theirs="));
        assertThat(response.getCookie(CookieSessionTokenRepository.COOKIE_NAME)).isNotNull();
        assertThat(Objects.requireNonNull(response.getCookie(CookieSessionTokenRepository.COOKIE_NAME))
                        .isHttpOnly())
                .isTrue();

        MockHttpServletRequest next = new MockHttpServletRequest();
        next.setCookies(response.getCookie(CookieSessionTokenRepository.COOKIE_NAME));
        run(new CookieSessionTokenRepository(signer), next, new MockHttpServletResponse(), () -> assertThat(carried())
                .contains("0-1-42"));
    }

    @Test
    void whenHeaderIsForgedShouldIgnoreIt() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader(HeaderSessionTokenRepository.HEADER_NAME, WRITTEN + ".ffffffff.forged");

        run(new HeaderSessionTokenRepository(signer), request, new MockHttpServletResponse(), () -> assertThat(
                        SessionToken.current().isEmpty())
                .isTrue());
    }

    @Test
    void whenHeaderIsUsedShouldCarryTheToken() throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        run(new HeaderSessionTokenRepository(signer), new MockHttpServletRequest(), response, WRITTEN::join);
        MockHttpServletRequest next = new MockHttpServletRequest();
        next.addHeader(
                HeaderSessionTokenRepository.HEADER_NAME,
                Objects.requireNonNull(response.getHeader(HeaderSessionTokenRepository.HEADER_NAME)));

        run(new HeaderSessionTokenRepository(signer), next, new MockHttpServletResponse(), () -> assertThat(carried())
                .contains("0-1-42"));
    }

    private static void runUnchecked(MockHttpServletRequest request, Runnable work) {
        try {
            run(new HttpSessionTokenRepository(), request, new MockHttpServletResponse(), work);
        } catch (ServletException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(String lines) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("1\n" + lines).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static String carried() {
        return new String(
                Base64.getUrlDecoder().decode(SessionToken.current().toString()),
                java.nio.charset.StandardCharsets.UTF_8);
    }

    private static MockHttpServletRequest with(MockHttpSession session) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setSession(session);
        return request;
    }

    private static void run(
            @Nullable SessionTokenRepository repository,
            MockHttpServletRequest request,
            MockHttpServletResponse response,
            Runnable work)
            throws ServletException, IOException {
        new SessionTokenFilter(repository).doFilter(request, response, new MockFilterChain() {
            @Override
            public void doFilter(jakarta.servlet.ServletRequest served, jakarta.servlet.ServletResponse answer) {
                work.run();
            }
        });
    }
}
