package io.github.replicationrouting.autoconfigure.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TokenSignerTest {

    private static final Duration VALIDITY = Duration.ofMinutes(1);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TokenSigner signer = new TokenSigner("0123456789abcdef", VALIDITY, InstantSource.fixed(NOW));

    @Test
    void whenSignedShouldVerify() {
        assertThat(signer.verify(signer.sign("token"))).isEqualTo("token");
    }

    @Test
    void whenForgedOrSignedWithAnotherKeyShouldFail() {
        String signed = signer.sign("token");
        TokenSigner other = new TokenSigner("fedcba9876543210", VALIDITY, InstantSource.fixed(NOW));

        for (String forged :
                new String[] {"", ".", "token", "other" + signed.substring(5), signed + "x", other.sign("token")}) {
            assertThatIllegalArgumentException().isThrownBy(() -> signer.verify(forged));
        }
    }

    @Test
    void whenExpiredShouldReturnNull() {
        TokenSigner later = new TokenSigner(
                "0123456789abcdef",
                VALIDITY,
                InstantSource.fixed(NOW.plus(VALIDITY).plusSeconds(1)));

        assertThat(later.verify(signer.sign("token"))).isNull();
    }
}
