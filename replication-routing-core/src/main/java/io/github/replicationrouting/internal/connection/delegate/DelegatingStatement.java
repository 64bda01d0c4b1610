package io.github.replicationrouting.internal.connection.delegate;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A statement in front of another one. Nothing but forwarding: calls that may reach the server go through
 * {@link #onServer}, results through {@link #exposed}. Written out, rather than proxied at run time, because these
 * calls are on the path of every query.
 */
@SuppressWarnings("deprecation")
public abstract class DelegatingStatement<S extends Statement> implements Statement {

    /** Returns the statement behind this one, for calls that stay in the driver. */
    protected abstract S delegate() throws SQLException;

    /** Runs a call that may reach the server on the statement behind this one. */
    protected abstract <R extends @Nullable Object> R onServer(ServerCall<? super S, R> call) throws SQLException;

    /** Inspects each text before it is executed or joins a batch, and may refuse it. */
    protected void inspect(String sql) throws SQLException {}

    /**
     * Runs a call that reads on in the answer to what was executed before, on the statement behind this one. Some of it
     * may still have to come from the server, but nothing begins there.
     */
    protected <R extends @Nullable Object> R onAnswer(ServerCall<? super S, R> call) throws SQLException {
        return call.on(delegate());
    }

    /** Returns the result that a caller gets for a result of the statement behind this one. */
    protected abstract ResultSet exposed(ResultSet result) throws SQLException;

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate().isWrapperFor(type);
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        inspect(sql);
        ServerQuery<S, ResultSet> query = target -> target.executeQuery(sql);
        return exposed(onServer(query));
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeUpdate(sql));
    }

    @Override
    public void close() throws SQLException {
        delegate().close();
    }

    @Override
    public int getMaxFieldSize() throws SQLException {
        return delegate().getMaxFieldSize();
    }

    @Override
    public void setMaxFieldSize(int max) throws SQLException {
        delegate().setMaxFieldSize(max);
    }

    @Override
    public int getMaxRows() throws SQLException {
        return delegate().getMaxRows();
    }

    @Override
    public void setMaxRows(int max) throws SQLException {
        delegate().setMaxRows(max);
    }

    @Override
    public void setEscapeProcessing(boolean enabled) throws SQLException {
        delegate().setEscapeProcessing(enabled);
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        return delegate().getQueryTimeout();
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        delegate().setQueryTimeout(seconds);
    }

    @Override
    public void cancel() throws SQLException {
        delegate().cancel();
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        ServerQuery<S, @Nullable SQLWarning> query = target -> target.getWarnings();
        return onAnswer(query);
    }

    @Override
    public void clearWarnings() throws SQLException {
        delegate().clearWarnings();
    }

    @Override
    public void setCursorName(String name) throws SQLException {
        delegate().setCursorName(name);
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        inspect(sql);
        return onServer(target -> target.execute(sql));
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        ResultSet result = delegate().getResultSet();
        return result == null ? null : exposed(result);
    }

    @Override
    public int getUpdateCount() throws SQLException {
        return delegate().getUpdateCount();
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return onAnswer(target -> target.getMoreResults());
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        delegate().setFetchDirection(direction);
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return delegate().getFetchDirection();
    }

    @Override
    public void setFetchSize(int rows) throws SQLException {
        delegate().setFetchSize(rows);
    }

    @Override
    public int getFetchSize() throws SQLException {
        return delegate().getFetchSize();
    }

    @Override
    public int getResultSetConcurrency() throws SQLException {
        return delegate().getResultSetConcurrency();
    }

    @Override
    public int getResultSetType() throws SQLException {
        return delegate().getResultSetType();
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        inspect(sql);
        delegate().addBatch(sql);
    }

    @Override
    public void clearBatch() throws SQLException {
        delegate().clearBatch();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        return onServer(target -> target.executeBatch());
    }

    @Override
    public boolean getMoreResults(int current) throws SQLException {
        return onAnswer(target -> target.getMoreResults(current));
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        return exposed(delegate().getGeneratedKeys());
    }

    @Override
    public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeUpdate(sql, autoGeneratedKeys));
    }

    @Override
    public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeUpdate(sql, columnIndexes));
    }

    @Override
    public int executeUpdate(String sql, String[] columnNames) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeUpdate(sql, columnNames));
    }

    @Override
    public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
        inspect(sql);
        return onServer(target -> target.execute(sql, autoGeneratedKeys));
    }

    @Override
    public boolean execute(String sql, int[] columnIndexes) throws SQLException {
        inspect(sql);
        return onServer(target -> target.execute(sql, columnIndexes));
    }

    @Override
    public boolean execute(String sql, String[] columnNames) throws SQLException {
        inspect(sql);
        return onServer(target -> target.execute(sql, columnNames));
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        return delegate().getResultSetHoldability();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return delegate().isClosed();
    }

    @Override
    public void setPoolable(boolean poolable) throws SQLException {
        delegate().setPoolable(poolable);
    }

    @Override
    public boolean isPoolable() throws SQLException {
        return delegate().isPoolable();
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        delegate().closeOnCompletion();
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        return delegate().isCloseOnCompletion();
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        return delegate().getLargeUpdateCount();
    }

    @Override
    public void setLargeMaxRows(long max) throws SQLException {
        delegate().setLargeMaxRows(max);
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        return delegate().getLargeMaxRows();
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return onServer(target -> target.executeLargeBatch());
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeLargeUpdate(sql));
    }

    @Override
    public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeLargeUpdate(sql, autoGeneratedKeys));
    }

    @Override
    public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeLargeUpdate(sql, columnIndexes));
    }

    @Override
    public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
        inspect(sql);
        return onServer(target -> target.executeLargeUpdate(sql, columnNames));
    }
}
