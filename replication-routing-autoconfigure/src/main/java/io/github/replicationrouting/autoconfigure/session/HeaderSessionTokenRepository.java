package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.internal.consistency.SessionRequirements;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** A signed header of the response, which the client sends with its next request. */
final class HeaderSessionTokenRepository implements SessionTokenRepository {

    static final String NAME = "Replication-Token";

    private final TokenSignature signature;

    HeaderSessionTokenRepository(TokenSignature signature) {
        this.signature = signature;
    }

    @Override
    public @Nullable String read(HttpServletRequest request) {
        String signed = request.getHeader(NAME);
        return signed == null ? null : signature.verify(signed);
    }

    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, SessionRequirements token) {
        response.setHeader(NAME, signature.sign(token.toString()));
    }
}
