package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.topology.NodeState;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;

/** The reference and the metadata speak of the same keys. */
class ReferenceTest {

    private static final Path REFERENCE = Path.of("..", "docs", "configuration.md");
    private static final String PREFIX = "replication.routing.";
    private static final Set<String> SECTIONS = Set.of("enabled", "topology", "username", "password", "zone", "nodes");

    @Test
    void everyKeyOfTheMetadataStandsInTheReference() throws IOException {
        String reference = Files.readString(REFERENCE);

        assertThat(keysOfTheMetadata()).isNotEmpty().allSatisfy(key -> assertThat(reference)
                .contains("`" + key + "`"));
    }

    @Test
    void theReferenceInventsNoKey() throws IOException {
        Set<String> documented = new TreeSet<>();
        Pattern.compile("^\\|([^|]*)\\|", Pattern.MULTILINE)
                .matcher(Files.readString(REFERENCE))
                .results()
                .map(row -> row.group(1))
                .flatMap(cell -> Pattern.compile("`((?:reads|writes|consistency|monitor|discovery)\\.[a-z-]+)`")
                        .matcher(cell)
                        .results())
                .map((MatchResult key) -> key.group(1))
                .forEach(documented::add);

        assertThat(documented).isNotEmpty().isSubsetOf(keysOfTheMetadata());
    }

    @Test
    void everyReasonOfADecisionStandsInTheOperatorsReference() throws IOException {
        String operations = Files.readString(Path.of("..", "docs", "operations.md"));

        assertThat(DecisionReason.values())
                .allSatisfy(reason -> assertThat(operations).contains("\n| `" + reason.label() + "` |"));
    }

    @Test
    void everyStateOfANodeStandsInTheOperatorsReference() throws IOException {
        String operations = Files.readString(Path.of("..", "docs", "operations.md"));

        assertThat(NodeState.values())
                .allSatisfy(state -> assertThat(operations).contains("`" + Labels.of(state) + "`"));
    }

    /** Without the keys of a node and of HikariCP, which the reference names by a pattern. */
    private static Set<String> keysOfTheMetadata() throws IOException {
        Set<String> keys = new TreeSet<>();
        for (URL url : Collections.list(Thread.currentThread()
                .getContextClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream json = url.openStream()) {
                ConfigurationMetadataRepositoryJsonBuilder.create(json).build().getAllProperties().keySet().stream()
                        .filter(key -> key.startsWith(PREFIX))
                        .map(key -> key.substring(PREFIX.length()))
                        .filter(key -> key.startsWith("reads.")
                                || key.startsWith("writes.")
                                || key.startsWith("consistency.")
                                || key.startsWith("monitor.")
                                || key.startsWith("discovery.")
                                || SECTIONS.contains(key))
                        .filter(key -> !key.equals("nodes"))
                        .forEach(keys::add);
            }
        }
        return keys;
    }
}
