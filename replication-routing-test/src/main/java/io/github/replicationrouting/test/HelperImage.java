package io.github.replicationrouting.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.testcontainers.utility.ResourceReaper;

/**
 * The image of Ryuk, by which Testcontainers removes the containers of a JVM that was killed.
 */
final class HelperImage {

    static final String DISABLED = "TESTCONTAINERS_RYUK_DISABLED";

    private static final Pattern NAME = Pattern.compile("testcontainers/ryuk:[\\w.-]+");

    private HelperImage() {}

    /** The name for this version of Testcontainers; empty if that does without, or if its name is not known. */
    static Optional<String> name() {
        return Boolean.parseBoolean(System.getenv(DISABLED)) ? Optional.empty() : declared();
    }

    // Only a constant of an internal class knows the version.
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
