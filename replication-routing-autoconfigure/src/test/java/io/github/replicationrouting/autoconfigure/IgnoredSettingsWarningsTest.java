package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class IgnoredSettingsWarningsTest {

    private final StandardEnvironment environment = new StandardEnvironment();

    @Test
    void whenASettingIsIgnoredShouldNotShowItsValue(CapturedOutput output) {
        warn("spring.datasource.url=jdbc:mysql://db/x?password=marker-3f9a");
        assertThat(output).contains("spring.datasource.url is ignored").doesNotContain("marker-3f9a");
    }

    @Test
    void whenMigrationsHaveAnAccountShouldWarn(CapturedOutput output) {
        warn("spring.liquibase.url=jdbc:mysql://db/x", "spring.flyway.user=ddl");
        assertThat(output)
                .containsOnlyOnce("spring.liquibase.url is ignored")
                .containsOnlyOnce("spring.flyway.user is ignored");
    }

    private void warn(String... properties) {
        TestPropertyValues.of(properties).applyTo(environment);
        new IgnoredSettingsWarnings(environment).checkWithNodes();
    }
}
