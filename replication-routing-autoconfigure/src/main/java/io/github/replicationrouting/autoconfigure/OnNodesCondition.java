package io.github.replicationrouting.autoconfigure;

import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionMessage.Style;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches when the application names the nodes of its database, by properties or by a bean. */
final class OnNodesCondition extends SpringBootCondition implements ConfigurationCondition {

    private static final String NODES = ReplicationRoutingProperties.PREFIX + ".nodes";

    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Replication Routing Nodes");
        String[] details = Objects.requireNonNull(context.getBeanFactory())
                .getBeanNamesForType(ReplicationRoutingConnectionDetails.class, true, false);
        if (details.length > 0) {
            return ConditionOutcome.match(
                    message.found("connection details", "connection details").items(Style.QUOTE, (Object[]) details));
        }
        BindResult<Map<String, Object>> nodes =
                Binder.get(context.getEnvironment()).bind(NODES, Bindable.mapOf(String.class, Object.class));
        return nodes.isBound()
                ? ConditionOutcome.match(message.found("node", "nodes")
                        .items(Style.QUOTE, nodes.get().keySet()))
                : ConditionOutcome.noMatch(
                        message.didNotFind("property", "properties").items(NODES));
    }
}
