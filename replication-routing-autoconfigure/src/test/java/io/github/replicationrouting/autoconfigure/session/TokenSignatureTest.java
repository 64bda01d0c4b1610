package io.github.replicationrouting.autoconfigure.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TokenSignatureTest {

    private static final Duration GOOD_FOR = Duration.ofMinutes(1);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TokenSignature signature = new TokenSignature("0123456789abcdef", GOOD_FOR, InstantSource.fixed(NOW));

    @Test
    void whatIsSignedIsVerified() {
        assertThat(signature.verify(signature.sign("token"))).isEqualTo("token");
    }

    @Test
    void aForgedOrForeignTokenIsRefused() {
        String signed = signature.sign("token");
        TokenSignature other = new TokenSignature("fedcba9876543210", GOOD_FOR, InstantSource.fixed(NOW));

        for (String forged :
                new String[] {"", ".", "token", "other" + signed.substring(5), signed + "x", other.sign("token")}) {
            assertThatIllegalArgumentException().isThrownBy(() -> signature.verify(forged));
        }
    }

    @Test
    void anOldOneSaysNothing() {
        TokenSignature later = new TokenSignature(
                "0123456789abcdef",
                GOOD_FOR,
                InstantSource.fixed(NOW.plus(GOOD_FOR).plusSeconds(1)));

        assertThat(later.verify(signature.sign("token"))).isNull();
    }
}
