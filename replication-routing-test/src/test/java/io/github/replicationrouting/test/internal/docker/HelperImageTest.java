package io.github.replicationrouting.test.internal.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HelperImageTest {

    /** Fails when another version of Testcontainers keeps the name elsewhere. */
    @Test
    void whenTestcontainersNamesTheImageItShouldBeFound() {
        assertThat(HelperImage.declared())
                .hasValueSatisfying(name -> assertThat(name).matches("testcontainers/ryuk:\\d+\\.\\d+\\.\\d+"));
    }
}
