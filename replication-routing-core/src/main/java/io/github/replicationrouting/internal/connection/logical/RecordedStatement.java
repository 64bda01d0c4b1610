package io.github.replicationrouting.internal.connection.logical;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records what was set on a statement, so that it can be created again on another connection. Only read-only
 * connections of plain JDBC move with statements on them, so a proxy created at run time is fast enough.
 */
final class RecordedStatement<S extends Statement> implements InvocationHandler {

    private S target;

    /** By method and, for parameters, their number: a statement may be executed a million times. */
    private final Map<String, Call> calls = new LinkedHashMap<>();

    private boolean batched;

    private record Call(Method method, List<@Nullable Object> arguments) {}

    RecordedStatement(S target) {
        this.target = target;
    }

    /** Returns a statement that forwards to the current target. */
    @SuppressWarnings("unchecked")
    S proxy() {
        Class<?> type = target instanceof CallableStatement
                ? CallableStatement.class
                : target instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        return (S) Proxy.newProxyInstance(RecordedStatement.class.getClassLoader(), new Class<?>[] {type}, this);
    }

    /** Whether everything that was set on the statement is recorded: a batch may be long, and is not. */
    boolean isRepeatable() {
        return !batched;
    }

    /**
     * Replaces the target by a statement that was created anew, and sets there what was set before.
     *
     * @return the former target, to be closed
     */
    S replace(S next) throws SQLException {
        S before = target;
        target = next;
        for (Call call : calls.values()) {
            invoke(call.method, call.arguments.toArray());
        }
        return before;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws SQLException {
        Object result = invoke(method, arguments);
        String name = method.getName();
        switch (name) {
            case "addBatch" -> batched = true;
            case "clearBatch", "executeBatch", "executeLargeBatch" -> batched = false;
            case "clearParameters" ->
                calls.values().removeIf(call -> isOfParameter(call.method, call.arguments.size()));
            default -> {
                if (arguments != null && (name.startsWith("set") || name.equals("registerOutParameter"))) {
                    record(method, arguments);
                } else if (name.equals("closeOnCompletion")) {
                    record(method, new Object[0]);
                }
            }
        }
        return result;
    }

    private void record(Method method, @Nullable Object[] arguments) {
        String key = isOfParameter(method, arguments.length) ? method.getName() + arguments[0] : method.getName();
        // The latest comes last: the same parameter may have been set in another way before.
        calls.remove(key);
        calls.put(key, new Call(method, Arrays.asList(arguments.clone())));
    }

    private static boolean isOfParameter(Method method, int arguments) {
        return arguments > 1 && method.getDeclaringClass() != Statement.class;
    }

    private @Nullable Object invoke(Method method, @Nullable Object @Nullable [] arguments) throws SQLException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new SQLException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
