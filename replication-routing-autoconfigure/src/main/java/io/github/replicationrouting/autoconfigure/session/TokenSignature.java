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

/** Signs a token that travels with the client, for a short time. Thread-safe. */
final class TokenSignature {

    static final Duration GOOD_FOR = Duration.ofMinutes(1);

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;
    private final InstantSource clock;

    TokenSignature(String key, InstantSource clock) {
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        this.clock = clock;
    }

    /** {@code token.expiry.signature}, fit for a cookie. */
    String sign(String token) {
        String text =
                token + '.' + Long.toHexString(clock.instant().plus(GOOD_FOR).getEpochSecond());
        return text + '.' + signatureOf(text);
    }

    /**
     * The token, or null when it has expired.
     *
     * @throws IllegalArgumentException when the signature is not one of this key
     */
    @Nullable
    String verify(String signed) {
        int end = signed.lastIndexOf('.');
        int expiry = signed.lastIndexOf('.', end - 1);
        if (expiry < 0) {
            throw new IllegalArgumentException("not a signed token");
        }
        String text = signed.substring(0, end);
        if (!MessageDigest.isEqual(
                signed.substring(end + 1).getBytes(StandardCharsets.US_ASCII),
                signatureOf(text).getBytes(StandardCharsets.US_ASCII))) {
            throw new IllegalArgumentException("signed with another key, or forged");
        }
        long goodUntil = Long.parseLong(text.substring(expiry + 1), 16);
        return clock.instant().getEpochSecond() > goodUntil ? null : text.substring(0, expiry);
    }

    private String signatureOf(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
