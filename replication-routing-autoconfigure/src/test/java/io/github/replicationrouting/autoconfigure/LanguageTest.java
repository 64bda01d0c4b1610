package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of language of CONTRIBUTING.md, as far as a test can check them: in the main sources and the documents. */
class LanguageTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> SOURCES = Set.of(".java", ".json", ".md", ".yml", ".html", ".js");

    /** Quotes names of former versions. */
    private static final Path CHANGELOG = ROOT.resolve("CHANGELOG.md");

    private final Pattern avoided = avoided();

    @Test
    void whenATextIsWrittenShouldUseStandardTerms() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<String> findings = files.filter(Files::isRegularFile)
                    .filter(LanguageTest::isText)
                    .flatMap(this::findings)
                    .toList();

            assertThat(findings).isEmpty();
        }
    }

    private static Pattern avoided() {
        try {
            List<String> words = Files.readAllLines(Path.of("src/test/resources/avoided-words.txt"));
            return Pattern.compile("\\b(" + String.join("|", words) + ")\\b", Pattern.CASE_INSENSITIVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isText(Path file) {
        String path = ROOT.relativize(file).toString();
        String name = file.getFileName().toString();
        return SOURCES.stream().anyMatch(name::endsWith)
                && !file.equals(CHANGELOG)
                && !path.contains("target/")
                && !path.contains("src/test/")
                && !path.startsWith(".");
    }

    private Stream<String> findings(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return Stream.iterate(0, line -> line < lines.size(), line -> line + 1)
                    .filter(line -> avoided.matcher(lines.get(line)).find())
                    .map(line -> ROOT.relativize(file) + ":" + (line + 1) + ": "
                            + lines.get(line).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
