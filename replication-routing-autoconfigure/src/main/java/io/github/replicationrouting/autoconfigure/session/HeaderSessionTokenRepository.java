package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SessionTokenRepository} that keeps the token in a signed header, which the client returns with its next
 * request.
 */
final class HeaderSessionTokenRepository implements SessionTokenRepository {

    static final String HEADER_NAME = "Replication-Token";

    private final TokenSigner signer;

    HeaderSessionTokenRepository(TokenSigner signer) {
        this.signer = signer;
    }

    @Override
    public @Nullable String loadToken(HttpServletRequest request) {
        String signed = request.getHeader(HEADER_NAME);
        return signed == null ? null : signer.verify(signed);
    }

    @Override
    public void saveToken(SessionRequirements token, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader(HEADER_NAME, signer.sign(token.toString()));
    }

    @Override
    public boolean usesResponse() {
        return true;
    }
}
