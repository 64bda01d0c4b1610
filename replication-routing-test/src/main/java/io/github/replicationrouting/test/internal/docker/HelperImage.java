package io.github.replicationrouting.test.internal.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.testcontainers.utility.ResourceReaper;

/**
 * The image of Ryuk, which removes the containers of a killed JVM.
 */
final class HelperImage {

    static final String DISABLED = "TESTCONTAINERS_RYUK_DISABLED";

    private static final Pattern NAME = Pattern.compile("testcontainers/ryuk:[\\w.-]+");

    private HelperImage() {}

    /** Returns the name for this version of Testcontainers; empty if Ryuk is disabled or its name is unknown. */
    static Optional<String> name() {
        return Boolean.parseBoolean(System.getenv(DISABLED)) ? Optional.empty() : declared();
    }

    // The version is in a constant of an internal class only.
    static Optional<String> declared() {
        try (InputStream content = ResourceReaper.class.getResourceAsStream("RyukContainer.class")) {
            return content == null
                    ? Optional.empty()
                    : NAME.matcher(new String(content.readAllBytes(), StandardCharsets.ISO_8859_1))
                            .results()
                            .map(MatchResult::group)
                            .findFirst();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
