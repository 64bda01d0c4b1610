package io.github.replicationrouting.integration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each use of a connection begins in the pool's database, whichever the previous use chose. */
@ExtendWith(Clusters.class)
class InitialDatabaseIT {

    private static final int USES = 40;

    static Stream<Stack> stacks() {
        return Stack.enabled();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void whenTheCatalogIsChangedTheNextUseShouldHaveThatOfThePool(Stack stack) throws SQLException {
        stack.recreateDatabases("initial1", "initial2");
        HikariConfig config = stack.poolConfig(2);
        config.setCatalog("initial2");

        try (Side side = Side.logical(stack, config, stack.url(stack.primary(), "initial1", ""))) {
            assertThat(databasesOfUses(side, "initial1")).containsExactly("initial2");
            try (Connection connection = side.borrow()) {
                assertThat(connection.getCatalog()).isEqualTo("initial2");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void whenTheSchemaIsChangedTheNextUseShouldHaveThatOfThePool(Stack stack) throws SQLException {
        stack.recreateDatabases("initial1", "initial2");
        HikariConfig config = stack.poolConfig(2);
        config.setSchema("initial2");

        try (Side side =
                Side.logical(stack, config, stack.url(stack.primary(), "initial1", stack.databaseIsSchema()))) {
            assertThat(databasesOfUses(side, null)).containsExactly("initial2");
            try (Connection connection = side.borrow()) {
                connection.setSchema("initial1");
                assertThat(database(connection)).isEqualTo("initial1");
            }
            assertThat(databasesOfUses(side, null)).containsExactly("initial2");
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void whenThePoolHasNoDatabaseEachUseShouldBeginWithoutOne(Stack stack) throws SQLException {
        stack.recreateDatabases("initial1");
        HikariConfig config = stack.poolConfig(1);

        try (Side side = Side.logical(stack, config, stack.url(stack.primary(), "", ""))) {
            assertThat(databasesOfUses(side, "initial1")).containsExactly("none");
        }
    }

    /** Returns the databases in which uses begin; each then changes to {@code next}. */
    private static Set<String> databasesOfUses(Side side, @Nullable String next) throws SQLException {
        Set<String> databases = new HashSet<>();
        for (int i = 0; i < USES; i++) {
            try (Connection connection = side.borrow()) {
                databases.add(database(connection));
                if (next != null && i % 3 == 0) {
                    connection.setCatalog(next);
                    assertThat(database(connection)).isEqualTo(next);
                }
            }
        }
        return Collections.unmodifiableSet(databases);
    }

    private static String database(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COALESCE(DATABASE(), 'none')")) {
            row.next();
            return row.getString(1);
        }
    }
}
