package io.github.replicationrouting.autoconfigure.endpoint;

import io.github.replicationrouting.autoconfigure.endpoint.ReplicationRoutingEndpoint.UnknownNodeException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link ReplicationRoutingEndpoint}, which answers an
 * invalid request with status 404 or 400 and a message.
 */
@EndpointWebExtension(endpoint = ReplicationRoutingEndpoint.class)
public final class ReplicationRoutingEndpointWebExtension {

    private final ReplicationRoutingEndpoint endpoint;

    public ReplicationRoutingEndpointWebExtension(ReplicationRoutingEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Responds with {@link ReplicationRoutingEndpoint#router(String)}. */
    @ReadOperation
    public WebEndpointResponse<Object> router(@Nullable String explain) {
        return respond(() -> endpoint.router(explain));
    }

    /** Responds with {@link ReplicationRoutingEndpoint#node(String)}. */
    @ReadOperation
    public WebEndpointResponse<Object> node(@Selector String node) {
        return respond(() -> endpoint.node(node));
    }

    /** Responds with {@link ReplicationRoutingEndpoint#change(String, String)}. */
    @WriteOperation
    public WebEndpointResponse<Object> change(@Selector String node, @Nullable String action) {
        return respond(() -> endpoint.change(node, action));
    }

    private static WebEndpointResponse<Object> respond(Supplier<Object> operation) {
        try {
            return new WebEndpointResponse<>(operation.get());
        } catch (UnknownNodeException e) {
            return error(e, WebEndpointResponse.STATUS_NOT_FOUND);
        } catch (IllegalArgumentException | IllegalStateException e) {
            return error(e, WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    private static WebEndpointResponse<Object> error(RuntimeException e, int status) {
        return new WebEndpointResponse<>(
                OperationResponseBody.of(Map.of("error", String.valueOf(e.getMessage()))), status);
    }
}
