package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

class AvailabilityTest {

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "false"})
    void whenNotInContinuousIntegrationTestsShouldBeSkippedWithTheReason(String ci) {
        var availability = new Availability("Docker is not available", ci);
        assertThat(availability.skipReason()).isEqualTo("Docker is not available");
        assertThatExceptionOfType(TestAbortedException.class)
                .isThrownBy(availability::require)
                .withMessage("Docker is not available");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE"})
    void whenInContinuousIntegrationTestsShouldFail(String ci) {
        var availability = new Availability("Docker is not available", ci);
        assertThat(availability.skipReason()).isNull();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(availability::require)
                .withMessageStartingWith("Docker is not available");
    }

    @Test
    void whenAKindIsAvailableItsTestsShouldRun() {
        var availability = new Availability(null, "true");
        assertThat(availability.skipReason()).isNull();
        assertThatCode(availability::require).doesNotThrowAnyException();
    }
}
