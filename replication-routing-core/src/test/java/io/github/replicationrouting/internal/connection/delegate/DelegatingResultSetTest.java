package io.github.replicationrouting.internal.connection.delegate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A label that does not exist is reported by one method, whichever way the column is read. */
class DelegatingResultSetTest {

    private final List<String> calls = new ArrayList<>();
    private final ResultSet rows =
            new DelegatingResultSet((ResultSet) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, args) -> {
                        calls.add(method.getName()
                                + Arrays.asList(method.getParameterTypes())
                                        .get(0)
                                        .getSimpleName());
                        if (method.getName().equals("findColumn")) {
                            throw new SQLException("Column 'item' not found.", "S0022");
                        }
                        return null;
                    })) {
                @Override
                protected void changeRow(RowChange change) {
                    throw new AssertionError("nothing is changed");
                }

                @Override
                public @Nullable Statement getStatement() {
                    return null;
                }
            };

    static Stream<Method> readersByLabel() {
        return Arrays.stream(ResultSet.class.getMethods())
                .filter(method ->
                        method.getName().startsWith("get") || method.getName().equals("findColumn"))
                .filter(method -> method.getParameterCount() > 0 && method.getParameterTypes()[0] == String.class);
    }

    @ParameterizedTest
    @MethodSource("readersByLabel")
    void whenAColumnIsReadByItsLabelShouldFindTheColumnFirst(Method reader) throws IllegalAccessException {
        @Nullable Object[] arguments = new @Nullable Object[reader.getParameterCount()];
        for (int i = 1; i < arguments.length; i++) {
            arguments[i] = reader.getParameterTypes()[i] == int.class ? Integer.valueOf(1) : null;
        }
        arguments[0] = "item";
        try {
            reader.invoke(rows, arguments);
        } catch (InvocationTargetException e) {
            assertThat(e.getCause()).hasMessage("Column 'item' not found.");
        }
        assertThat(calls).containsExactly("findColumnString");
    }
}
