package io.github.replicationrouting.sample.live;

import io.github.replicationrouting.sample.SampleApplication;
import io.github.replicationrouting.settings.WritePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/**
 * Changes the write policy. A router reads its policy when it is created, so the application is started anew in this
 * process, on the same port. The servers run on.
 */
@Component
class PolicySwitch {

    private static final String PORT = "--server.port=";
    private static final String POLICY = "--replication.routing.writes.policy=";
    private static final String LOAD = "--shop.load.started=";

    private final ConfigurableApplicationContext application;
    private final List<String> arguments;
    private final Load load;
    private final String current;

    PolicySwitch(
            ConfigurableApplicationContext application,
            ApplicationArguments arguments,
            Load load,
            @Value("${replication.routing.writes.policy:single}") String current) {
        this.application = application;
        this.arguments = List.of(arguments.getSourceArgs());
        this.load = load;
        this.current = current;
    }

    String current() {
        return current;
    }

    /**
     * Starts the application anew with another policy, after this method has returned.
     *
     * @throws IllegalArgumentException if there is no such policy
     * @throws IllegalStateException if the servers would not survive
     */
    void to(String policy) {
        WritePolicy.valueOf(policy.toUpperCase(Locale.ROOT).replace('-', '_'));
        Environment environment = application.getEnvironment();
        if (!environment.acceptsProfiles(Profiles.of("galera"))) {
            throw new IllegalStateException("Only several masters have a write policy: use the profile galera");
        }
        List<String> next = new ArrayList<>(arguments);
        next.removeIf(
                argument -> argument.startsWith(PORT) || argument.startsWith(POLICY) || argument.startsWith(LOAD));
        next.add(PORT + environment.getRequiredProperty("local.server.port"));
        next.add(POLICY + policy);
        next.add(LOAD + load.isRunning());
        new Thread(() -> restart(next.toArray(String[]::new)), "policy-switch").start();
    }

    private void restart(String[] nextArguments) {
        application.close();
        SampleApplication.main(nextArguments);
    }
}
