package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.spi.RetryRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between the pages of the documentation, and labels that the pages explain. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> DIRECTORIES = List.of("", "docs", "replication-routing-test", ".github");

    private static final Pattern CODE_BLOCK = Pattern.compile("```.*?```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

    @Test
    void whenAPageLinksToAFileShouldFindIt() throws IOException {
        assertThat(links())
                .isNotEmpty()
                .filteredOn(link -> !Files.exists(link.target()))
                .isEmpty();
    }

    @Test
    void whenAPageLinksToAHeadingShouldFindIt() throws IOException {
        List<Link> links = links().stream()
                .filter(link -> !link.heading().isEmpty() && Files.exists(link.target()))
                .toList();

        assertThat(links).isNotEmpty().filteredOn(link -> !hasHeading(link)).isEmpty();
    }

    @Test
    void whenARetryMayBeRefusedShouldExplainTheLabel() throws IOException {
        String retries = Files.readString(ROOT.resolve("docs/retries.md"));

        assertThat(RetryRefusal.values())
                .allSatisfy(refusal -> assertThat(retries).contains("\n| `" + refusal.label() + "` |"));
    }

    private static List<Link> links() throws IOException {
        List<Link> links = new ArrayList<>();
        for (Path page : pages()) {
            LINK.matcher(text(page))
                    .results()
                    .map(link -> link.group(1))
                    .filter(link -> !link.contains("://"))
                    .forEach(link -> links.add(Link.of(page, link)));
        }
        return links;
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String directory : DIRECTORIES) {
            try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }

    /** Compares with the anchors that GitHub gives headings: lower case, without punctuation, blanks as hyphens. */
    private static boolean hasHeading(Link link) {
        return HEADING.matcher(text(link.target()))
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .trim()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .anyMatch(link.heading()::equals);
    }

    private static String text(Path page) {
        try {
            return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A relative link; without a file it is a link to a heading of its own page. */
    private record Link(Path page, Path target, String heading) {

        static Link of(Path page, String link) {
            int hash = link.indexOf('#');
            String file = hash < 0 ? link : link.substring(0, hash);
            return new Link(
                    page,
                    file.isEmpty() ? page : page.resolveSibling(file).normalize(),
                    hash < 0 ? "" : link.substring(hash + 1));
        }

        @Override
        public String toString() {
            return ROOT.relativize(page) + " -> " + ROOT.relativize(target) + (heading.isEmpty() ? "" : "#" + heading);
        }
    }
}
