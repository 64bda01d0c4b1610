package io.github.replicationrouting.integration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random sequences of JDBC calls, made on plain HikariCP and on the router's connections in parallel: every answer,
 * every error and all committed data must be the same. {@code -Djdbc.differential.seed} repeats a run,
 * {@code -Djdbc.differential.sequences} sets its length.
 */
@ExtendWith(Clusters.class)
class JdbcDifferentialIT {

    private static final long SEED = Long.getLong("jdbc.differential.seed", 42);
    private static final AtomicInteger NEXT_ID = new AtomicInteger();
    private static final int SEQUENCES = Integer.getInteger("jdbc.differential.sequences", 40);

    static Stream<Arguments> comparisons() {
        return Stack.enabled()
                .filter(stack -> stack.name().startsWith(System.getProperty("jdbc.differential.stack", "")))
                .flatMap(stack -> Stream.of(Side.Layer.PHYSICAL, Side.Layer.LOGICAL, Side.Layer.IN_AUTO_COMMIT)
                        .flatMap(layer ->
                                stack.variants().stream().map(parameters -> Arguments.of(stack, layer, parameters))));
    }

    @ParameterizedTest
    @MethodSource("comparisons")
    void whenCallsAreRandomTheResultsShouldEqualThoseOfAPlainPool(Stack stack, Side.Layer layer, String parameters)
            throws SQLException {
        stack.recreateDatabases("plain1", "plain2", "routed1", "routed2");
        var comparison = new Comparison(stack, layer, parameters);
        try (Pair pair = comparison.open()) {
            pair.createObjects();
            for (int i = 0; i < SEQUENCES; i++) {
                List<JdbcCall> calls = JdbcCall.sequence(new Random(SEED + i));
                Difference difference = pair.compare(calls);
                if (difference != null) {
                    fail(comparison.describe(SEED + i, calls, difference));
                }
            }
            assertThat(pair.routed.pool().getHikariPoolMXBean().getActiveConnections())
                    .isZero();
        }
    }

    /** The first call whose outcome differs. */
    private record Difference(int call, String plain, String routed) {}

    private record Comparison(Stack stack, Side.Layer layer, String parameters) {

        Pair open() throws SQLException {
            Side plain = Side.of(
                    Side.Layer.PLAIN,
                    stack,
                    "plain1",
                    (parameters + "&" + stack.sendsAllEnds()).replaceAll("^&|&$", ""),
                    2);
            Side routed = Side.of(layer, stack, "routed1", parameters, 2);
            boolean lazy = layer != Side.Layer.PHYSICAL;
            boolean believes = parameters.contains("useLocalSessionState=true");
            // In auto-commit the server has no transaction yet.
            String variables =
                    layer == Side.Layer.IN_AUTO_COMMIT ? stack.isolationVariable() : stack.transactionVariables();
            return new Pair(
                    routed,
                    new Player(plain, stack, "plain1", "plain2", lazy, believes, variables),
                    new Player(routed, stack, "routed1", "routed2", lazy, believes, variables));
        }

        String describe(long seed, List<JdbcCall> calls, Difference difference) throws SQLException {
            List<JdbcCall> shortest = shrink(calls.subList(0, Math.min(calls.size(), difference.call() + 1)));
            Difference shown = shortest.isEmpty() ? difference : once(shortest);
            List<JdbcCall> played = shortest.isEmpty() ? calls : shortest;
            return """
                    %s, %s, [%s] differ from plain HikariCP, seed %d%s
                    %s
                    at call %d
                    plain:  %s
                    routed: %s""".formatted(
                            stack,
                            layer,
                            parameters,
                            seed,
                            shortest.isEmpty() ? " (only after the sequences before it)" : "",
                            played,
                            shown == null ? -1 : shown.call(),
                            shown == null ? "?" : shown.plain(),
                            shown == null ? "?" : shown.routed());
        }

        /** Removes every call that is not needed for the difference; empty if it does not occur on fresh pools. */
        private List<JdbcCall> shrink(List<JdbcCall> failing) throws SQLException {
            if (once(failing) == null) {
                return List.of();
            }
            List<JdbcCall> calls = new ArrayList<>(failing);
            boolean shorter = true;
            while (shorter) {
                shorter = false;
                for (int i = calls.size() - 1; i >= 0; i--) {
                    List<JdbcCall> fewer = new ArrayList<>(calls);
                    fewer.remove(i);
                    if (once(fewer) != null) {
                        calls = fewer;
                        shorter = true;
                    }
                }
            }
            return calls;
        }

        private @Nullable Difference once(List<JdbcCall> calls) throws SQLException {
            try (Pair pair = open()) {
                return pair.compare(calls);
            }
        }
    }

    private record Pair(Side routed, Player onPlain, Player onRouted) implements AutoCloseable {

        void createObjects() throws SQLException {
            onPlain.createObjects();
            onRouted.createObjects();
        }

        @Nullable
        Difference compare(List<JdbcCall> calls) throws SQLException {
            int nextId = NEXT_ID.addAndGet(1_000);
            onPlain.reset(nextId);
            onRouted.reset(nextId);
            @Nullable Difference first = null;
            for (int i = 0; i < calls.size() && first == null; i++) {
                first = difference(i, onPlain.play(calls.get(i)), onRouted.play(calls.get(i)));
            }
            Difference atEnd = difference(calls.size(), onPlain.end(), onRouted.end());
            return first != null ? first : atEnd;
        }

        private @Nullable Difference difference(int call, String plain, String routed) {
            return plain.equals(routed)
                    ? null
                    : new Difference(
                            call,
                            plain + " (last failure " + onPlain.lastFailure() + ")",
                            routed + " (last failure " + onRouted.lastFailure() + ")");
        }

        @Override
        public void close() throws SQLException {
            onPlain.close();
            onRouted.close();
        }
    }
}
