package io.github.replicationrouting.autoconfigure.session;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Signs and verifies tokens that the client holds. A signature is valid for a limited time. Thread-safe. */
final class TokenSigner {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;
    private final Duration validity;
    private final InstantSource clock;

    /** @param validity time for which a signature is valid; must exceed the lag of every replica that serves reads */
    TokenSigner(String key, Duration validity, InstantSource clock) {
        this.validity = validity;
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        this.clock = clock;
    }

    Duration validity() {
        return validity;
    }

    /** Returns {@code token.expiry.signature}, which a cookie and a header can hold. */
    String sign(String token) {
        String text =
                token + '.' + Long.toHexString(clock.instant().plus(validity).getEpochSecond());
        return text + '.' + signatureOf(text);
    }

    /**
     * Verifies the signature and returns the token; null when it has expired.
     *
     * @throws IllegalArgumentException when the text has no signature that this key has made
     */
    @Nullable
    String verify(String signed) {
        int end = signed.lastIndexOf('.');
        int expiry = signed.lastIndexOf('.', end - 1);
        if (expiry < 0) {
            throw new IllegalArgumentException("The session token is not signed");
        }
        String text = signed.substring(0, end);
        if (!MessageDigest.isEqual(
                signed.substring(end + 1).getBytes(StandardCharsets.US_ASCII),
                signatureOf(text).getBytes(StandardCharsets.US_ASCII))) {
            throw new IllegalArgumentException(
                    "The signature of the session token is not valid: it was made with another key, or forged");
        }
        long expiresAt = Long.parseLong(text.substring(expiry + 1), 16);
        return clock.instant().getEpochSecond() > expiresAt ? null : text.substring(0, expiry);
    }

    private String signatureOf(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is not available on this Java platform", e);
        }
    }
}
