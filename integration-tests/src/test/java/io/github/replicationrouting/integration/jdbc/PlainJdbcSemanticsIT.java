package io.github.replicationrouting.integration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each script gives the same answers, errors and data on the router's connections as on plain HikariCP. */
@Tag("essential")
@ExtendWith(Clusters.class)
class PlainJdbcSemanticsIT {

    private static final Map<String, Trial> trials = new HashMap<>();

    @AfterAll
    static void closePools() throws SQLException {
        for (Trial trial : trials.values()) {
            trial.close();
        }
        trials.clear();
    }

    static Stream<Arguments> comparisons() {
        return Stack.enabled()
                .flatMap(stack -> Stream.of(Side.Layer.PHYSICAL, Side.Layer.LOGICAL, Side.Layer.IN_AUTO_COMMIT)
                        .flatMap(layer -> Stream.of(Script.values())
                                .filter(script -> layer == Side.Layer.IN_AUTO_COMMIT || !script.dependsOnDriver())
                                .map(script -> Arguments.of(stack, layer, script))));
    }

    @ParameterizedTest
    @MethodSource("comparisons")
    void whenAScriptRunsItsResultsShouldEqualThoseOfAPlainPool(Stack stack, Side.Layer layer, Script script)
            throws SQLException {
        Trial expected = trial(stack, script.dependsOnDriver() ? Side.Layer.LOGICAL : Side.Layer.PLAIN);
        Trial routed = trial(stack, layer);

        assertThat(routed.play(script)).isEqualTo(expected.play(script));
    }

    private static Trial trial(Stack stack, Side.Layer layer) throws SQLException {
        String key = stack + " " + layer;
        Trial known = trials.get(key);
        if (known == null) {
            String first = "semantics_" + layer.name().toLowerCase(java.util.Locale.ROOT);
            String second = first + "_2";
            stack.recreateDatabases(first, second);
            String parameters = layer == Side.Layer.PLAIN ? stack.sendsAllEnds() : "";
            known = new Trial(Side.of(layer, stack, first, parameters, 1), stack, first, second);
            trials.put(key, known);
        }
        return known;
    }
}
