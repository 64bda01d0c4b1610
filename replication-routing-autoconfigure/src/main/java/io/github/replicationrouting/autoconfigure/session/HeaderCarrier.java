package io.github.replicationrouting.autoconfigure.session;

import io.github.replicationrouting.consistency.SessionToken;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** A signed header of the response, which the client sends with its next request. */
final class HeaderCarrier implements Carrier {

    static final String NAME = "Replication-Token";

    private final TokenSignature signature;

    HeaderCarrier(TokenSignature signature) {
        this.signature = signature;
    }

    @Override
    public @Nullable String read(HttpServletRequest request) {
        String signed = request.getHeader(NAME);
        return signed == null ? null : signature.verify(signed);
    }

    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, SessionToken token) {
        response.setHeader(NAME, signature.sign(token.toString()));
    }
}
