package io.github.replicationrouting.autoconfigure;

import java.util.List;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionMessage.Style;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Condition that matches when the application declares nodes, by properties or by a bean. */
final class OnNodesCondition extends SpringBootCondition implements ConfigurationCondition {

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
        List<String> nodes = new ConfiguredKeys(context.getEnvironment())
                .nodes().stream()
                        .map(keys -> keys.getLastElement(Form.ORIGINAL))
                        .toList();
        return nodes.isEmpty()
                ? ConditionOutcome.noMatch(
                        message.didNotFind("property", "properties").items(ConfiguredKeys.NODES))
                : ConditionOutcome.match(message.found("node", "nodes").items(Style.QUOTE, nodes));
    }
}
