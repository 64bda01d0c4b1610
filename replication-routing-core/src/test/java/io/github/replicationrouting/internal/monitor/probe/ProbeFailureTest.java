package io.github.replicationrouting.internal.monitor.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.probe.ProbeFailure.Kind;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProbeFailureTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    static Stream<Arguments> networkFailures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), Kind.UNREACHABLE, "connection refused"),
                Arguments.of(new SocketTimeoutException("Read timed out"), Kind.UNANSWERED, "no answer within 1s"),
                Arguments.of(new ConnectException("Connection timed out"), Kind.UNANSWERED, "no answer within 1s"),
                Arguments.of(new NoRouteToHostException("No route to host"), Kind.UNREACHABLE, "no route to host"),
                Arguments.of(new UnknownHostException("db9"), Kind.UNREACHABLE, "unknown host"),
                Arguments.of(new EOFException(), Kind.UNREACHABLE, "connection lost"),
                Arguments.of(new SocketException("Connection reset"), Kind.UNREACHABLE, "connection lost"));
    }

    /** Authentication plugins and proxies have their own error codes. */
    @Test
    void whenALoginIsRefusedWithAnUnknownCodeShouldReportARefusal() {
        ProbeFailure refusal = ProbeFailure.of(new SQLException("text", "28000", 9006), TIMEOUT);
        assertThat(refusal.isRefusal()).isTrue();
        assertThat(refusal.reason()).isEqualTo("the login is refused: error 9006, SQLState 28000");
    }

    @ParameterizedTest
    @MethodSource("networkFailures")
    void whenTheNetworkFailsShouldReportTheUnderlyingCause(Exception cause, Kind kind, String reason) {
        SQLException wrapped = new SQLException("Communications link failure", "08S01", 0, new RuntimeException(cause));
        assertThat(ProbeFailure.of(wrapped, TIMEOUT)).isEqualTo(new ProbeFailure(kind, reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1045 | MISCONFIGURED | access denied for the monitor's user: check replication.routing.username/password or monitor.username, and whether the account requires TLS",
                "1044 | MISCONFIGURED | access denied to the database for the monitor's user",
                "1049 | MISCONFIGURED | unknown database",
                "1040 | OVERLOADED    | too many connections",
                "1053 | UNREACHABLE   | shutting down",
                "1862 | MISCONFIGURED | the password of the monitor's user has expired",
                "3118 | MISCONFIGURED | the monitor's account is locked",
                "4150 | MISCONFIGURED | the monitor's account is blocked after too many wrong passwords (max_password_errors)",
                "4151 | MISCONFIGURED | the monitor's account is locked",
                "1142 | MISCONFIGURED | the monitor's user lacks a privilege for what a probe asks",
                "3032 | UNREACHABLE   | offline_mode is on",
                "1234 | UNREACHABLE   | 'error 1234, SQLState HY000'",
            })
    void whenTheServerReportsAnErrorShouldExplainItsCode(int code, Kind kind, String reason) {
        assertThat(ProbeFailure.of(new SQLException("text", "HY000", code), TIMEOUT))
                .isEqualTo(new ProbeFailure(kind, reason));
    }

    @Test
    void whenTheConnectionLimitOfTheAccountIsReachedShouldBeAFailureOfTheAccount() {
        ProbeFailure failure = ProbeFailure.of(new SQLException("text", "HY000", 1226), TIMEOUT);
        assertThat(failure)
                .isEqualTo(new ProbeFailure(Kind.OVERLOADED, "too many connections of the monitor's user", true));
        assertThat(ProbeFailure.of(new SQLException("text", "HY000", 1040), TIMEOUT)
                        .ofAccount())
                .isFalse();
    }

    static Stream<Arguments> tlsFailures() {
        return Stream.of(
                Arguments.of(
                        new SSLHandshakeException("handshake")
                                .initCause(new CertificateException(new CertPathValidatorException("no path"))),
                        "the server's certificate is not trusted: give the driver the CA in the URL, or check sslMode"),
                Arguments.of(
                        new SSLHandshakeException("handshake")
                                .initCause(new CertPathValidatorException("x", new CertificateExpiredException())),
                        "the server's certificate has expired"),
                Arguments.of(
                        new SSLHandshakeException("No appropriate protocol"),
                        "no TLS connection: check sslMode, and the versions and ciphers of TLS"),
                Arguments.of(
                        new SSLPeerUnverifiedException("other name"),
                        "the server's certificate is not for this host name"));
    }

    @ParameterizedTest
    @MethodSource("tlsFailures")
    void whenTlsFailsShouldExplainWhy(Exception cause, String reason) {
        SQLException wrapped = new SQLException("Communications link failure", "08S01", 0, cause);
        assertThat(ProbeFailure.of(wrapped, TIMEOUT)).isEqualTo(ProbeFailure.misconfigured(reason));
    }

    @Test
    void whenTheServerEndsTheTlsHandshakeShouldReportALostConnection() {
        Throwable cause =
                new SSLHandshakeException("Remote host terminated the handshake").initCause(new EOFException());
        assertThat(ProbeFailure.of(new SQLException("failure", "08S01", 0, cause), TIMEOUT))
                .isEqualTo(new ProbeFailure(Kind.UNREACHABLE, "connection lost"));
    }

    @Test
    void whenConnectorJRefusesThePublicKeyShouldMentionTheOption() {
        assertThat(ProbeFailure.of(new SQLException("Public Key Retrieval is not allowed", "08001", 0), TIMEOUT)
                        .reason())
                .contains("allowPublicKeyRetrieval=true");
    }

    @Test
    void whenTheMessageOfADriverHasASecretShouldNotRepeatIt() {
        String secret = "jdbc:mysql://db1/shop?password=marker";
        assertThat(ProbeFailure.of(new SQLException(secret, "08001", 0, new RuntimeException(secret)), TIMEOUT)
                        .reason())
                .doesNotContain("marker");
        assertThat(ProbeFailure.of(new IllegalStateException(secret), TIMEOUT).reason())
                .isEqualTo("the probe failed: IllegalStateException");
    }
}
