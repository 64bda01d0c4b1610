package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** Through the whole of Spring Boot's reporting, so that the order of the analyzers is proved too. */
@ExtendWith(OutputCaptureExtension.class)
class MissingDataSourceUrlFailureAnalyzerTest {

    @Test
    void whenNeitherIsSetShouldMentionTheNodesAsWell(CapturedOutput output) {
        assertThatThrownBy(() ->
                        run("--spring.datasource.embedded-database-connection=" + EmbeddedDatabaseConnection.NONE))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("neither 'replication.routing.nodes' nor 'spring.datasource.url' is set")
                .contains("replication.routing.nodes.db1.url=jdbc:mysql://db1:3306/shop");
    }

    @Test
    void whenTheNodesAreInvalidShouldExplainThem(CapturedOutput output) {
        assertThatThrownBy(() -> run("--replication.routing.nodes.db1.weight=0"))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("replication.routing.nodes.db1.url is not set")
                .contains("replication.routing.nodes.db1.weight must be positive, but is 0");
    }

    private static void run(String argument) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(argument).close();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ReplicationRoutingAutoConfiguration.class, DataSourceAutoConfiguration.class})
    static class Application {}
}
