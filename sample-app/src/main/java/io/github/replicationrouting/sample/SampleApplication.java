package io.github.replicationrouting.sample;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * A small shop whose reads are served by replicas and whose writes go to the primary. The nodes appear in {@code
 * application.yml} only, and in the answers, which name the node that served them.
 */
@SpringBootApplication
@EnableScheduling
public class SampleApplication {

    private static final Logger logger = LoggerFactory.getLogger(SampleApplication.class);

    public static void main(String[] args) {
        start(args);
    }

    static ConfigurableApplicationContext start(String... args) {
        var application = new SpringApplication(SampleApplication.class);
        application.addInitializers(new EmbeddedCluster(), new GaleraCluster());
        return application.run(args);
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
        String port = event.getApplicationContext().getEnvironment().getProperty("local.server.port");
        logger.info(
                "The shop is open: see  http://localhost:{}/  or try  curl -s http://localhost:{}/products/1",
                port,
                port);
    }
}
