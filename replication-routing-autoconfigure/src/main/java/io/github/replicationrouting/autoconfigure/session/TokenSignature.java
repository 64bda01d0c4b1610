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

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;
    private final Duration goodFor;
    private final InstantSource clock;

    /** @param goodFor longer than any replica that serves reads is behind */
    TokenSignature(String key, Duration goodFor, InstantSource clock) {
        this.goodFor = goodFor;
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        this.clock = clock;
    }

    Duration goodFor() {
        return goodFor;
    }

    /** {@code token.expiry.signature}, fit for a cookie. */
    String sign(String token) {
        String text =
                token + '.' + Long.toHexString(clock.instant().plus(goodFor).getEpochSecond());
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
