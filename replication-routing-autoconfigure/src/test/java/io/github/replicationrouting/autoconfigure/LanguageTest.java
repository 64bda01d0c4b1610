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

    /** The files that quote words to avoid: the rules, and names of former versions. */
    private static final Set<Path> QUOTING = Set.of(ROOT.resolve("CONTRIBUTING.md"), ROOT.resolve("CHANGELOG.md"));

    private static final Pattern AVOIDED = Pattern.compile(
            "\\b(nobody|somebody|anybody|everybody|whoever|whomever|at once|in vain|by all means|mends?|re-?runs?)\\b",
            Pattern.CASE_INSENSITIVE);

    @Test
    void whenATextIsWrittenShouldUseStandardTerms() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<String> findings = files.filter(Files::isRegularFile)
                    .filter(LanguageTest::isText)
                    .flatMap(LanguageTest::findings)
                    .toList();

            assertThat(findings).isEmpty();
        }
    }

    private static boolean isText(Path file) {
        String path = ROOT.relativize(file).toString();
        String name = file.getFileName().toString();
        return SOURCES.stream().anyMatch(name::endsWith)
                && !QUOTING.contains(file)
                && !path.contains("target/")
                && !path.contains("src/test/")
                && !path.startsWith(".");
    }

    private static Stream<String> findings(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return Stream.iterate(0, line -> line < lines.size(), line -> line + 1)
                    .filter(line -> AVOIDED.matcher(lines.get(line)).find())
                    .map(line -> ROOT.relativize(file) + ":" + (line + 1) + ": "
                            + lines.get(line).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
