package io.github.replicationrouting.integration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;

/** Changes of a connection's state, each in an order that has broken an elision of statements before. */
@SuppressWarnings("ImmutableEnumChecker") // its steps are stateless lambdas
enum Script {
    AUTO_COMMIT_WRITE(t -> {
        Connection c = t.borrow();
        t.state(c);
        t.insert(c, 1);
        t.others();
        t.release(c);
    }),
    COMMITTED_WRITE(t -> {
        Connection c = t.borrow();
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.insert(c, 1);
        t.others();
        t.note("commit", () -> c.commit());
        t.others();
        t.insert(c, 2);
        t.note("rollback", () -> c.rollback());
        t.state(c);
        t.release(c);
    }),
    TRANSACTIONS_OF_SEVERAL_BORROWERS(t -> {
        for (int i = 0; i < 4; i++) {
            Connection c = t.borrow();
            c.setAutoCommit(false);
            t.insert(c, i);
            int round = i;
            t.note("end", () -> {
                if (round % 2 == 0) {
                    c.commit();
                } else {
                    c.rollback();
                }
            });
            t.release(c);
        }
    }),
    TRANSACTION_AND_AUTO_COMMIT_IN_TURN(t -> {
        for (int i = 0; i < 3; i++) {
            Connection c = t.borrow();
            c.setAutoCommit(false);
            t.insert(c, i);
            c.commit();
            c.setAutoCommit(true);
            t.insert(c, 10 + i);
            t.others();
            t.release(c);
        }
    }),
    AUTO_COMMIT_ON_INSIDE_A_TRANSACTION_COMMITS(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.note("auto-commit", () -> c.setAutoCommit(true));
        t.others();
        c.setAutoCommit(false);
        t.note("rollback", () -> c.rollback());
        t.release(c);
    }),
    AUTO_COMMIT_OFF_AGAIN_INSIDE_A_TRANSACTION(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.others();
        t.note("rollback", () -> c.rollback());
        t.release(c);
    }),
    NOTHING_TO_COMMIT(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.note("commit", () -> c.commit());
        t.note("rollback", () -> c.rollback());
        c.setAutoCommit(true);
        t.insert(c, 1);
        t.release(c);
    }),
    COMMIT_TWICE(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.note("commit", () -> c.commit());
        t.note("commit", () -> c.commit());
        t.note("rollback", () -> c.rollback());
        t.release(c);
    }),
    CLOSED_WITH_WORK_PENDING(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.release(c);
        t.others();
        Connection next = t.borrow();
        next.setAutoCommit(false);
        t.insert(next, 2);
        t.note("commit", () -> next.commit());
        t.release(next);
    }),
    CLOSED_WITH_A_PREPARED_STATEMENT_PENDING(t -> {
        Connection c = t.borrow();
        PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?)");
        c.setAutoCommit(false);
        t.execute(insert, 1);
        t.release(c);
        t.others();
    }),
    PREPARED_BEFORE_AUTO_COMMIT_OFF(t -> {
        Connection c = t.borrow();
        PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?)");
        c.setAutoCommit(false);
        t.execute(insert, 1);
        t.note("rollback", () -> c.rollback());
        t.others();
        t.release(c);
    }),
    PREPARED_BEFORE_AUTO_COMMIT_ON(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?)");
        c.setAutoCommit(true);
        t.execute(insert, 1);
        t.others();
        t.release(c);
    }),
    PREPARED_STATEMENT_USED_IN_TWO_TRANSACTIONS(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?)");
        t.execute(insert, 1);
        t.note("commit", () -> c.commit());
        t.execute(insert, 2);
        t.note("commit", () -> c.commit());
        t.execute(insert, 3);
        t.note("rollback", () -> c.rollback());
        t.execute(insert, 4);
        t.release(c);
    }),
    STATEMENT_USED_IN_TWO_MODES(t -> {
        Connection c = t.borrow();
        Statement statement = c.createStatement();
        c.setAutoCommit(false);
        t.note("insert", () -> statement.executeUpdate("INSERT INTO t (v) VALUES (1)"));
        t.note("rollback", () -> c.rollback());
        c.setAutoCommit(true);
        t.note("insert", () -> statement.executeUpdate("INSERT INTO t (v) VALUES (2)"));
        t.others();
        t.release(c);
    }),
    ISOLATION(t -> {
        Connection c = t.borrow();
        t.note("isolation", () -> c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED));
        t.state(c);
        t.query(c, "SELECT " + t.stack().transactionVariables());
        c.setAutoCommit(false);
        t.query(c, "SELECT COUNT(*) FROM t");
        t.update(c, "UPDATE t SET v = 11 WHERE id = 1");
        t.note("isolation", () -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT " + t.stack().transactionVariables());
        t.release(c);
    }),
    ISOLATION_SET_AND_SET_BACK(t -> {
        Connection c = t.borrow();
        int before = c.getTransactionIsolation();
        c.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED);
        c.setAutoCommit(false);
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("commit", () -> c.commit());
        c.setAutoCommit(true);
        t.note("isolation", () -> c.setTransactionIsolation(before));
        t.query(c, "SELECT " + t.stack().transactionVariables());
        t.release(c);
    }),
    READ_ONLY_AND_ISOLATION_AT_ONCE(t -> {
        Connection c = t.borrow();
        c.setReadOnly(true);
        c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        c.setAutoCommit(false);
        for (int i = 0; i < 2; i++) {
            t.query(c, "SELECT @@autocommit, " + t.stack().transactionVariables());
            t.note("commit", () -> c.commit());
        }
        c.setReadOnly(false);
        t.insert(c, 1);
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    READ_ONLY_THEN_WRITE(t -> {
        for (int i = 0; i < 2; i++) {
            Connection c = t.borrow();
            c.setReadOnly(true);
            c.setAutoCommit(false);
            t.state(c);
            t.query(c, "SELECT COUNT(*) FROM t");
            t.note("commit", () -> c.commit());
            t.note("read-only", () -> c.setReadOnly(false));
            t.insert(c, i);
            t.note("commit", () -> c.commit());
            t.release(c);
        }
    }),
    READ_COMMITTED_SHOWS_WHAT_OTHERS_COMMIT(t -> {
        for (int i = 0; i < 2; i++) {
            Connection c = t.borrowReadCommitted();
            t.query(c, "SELECT COUNT(*) FROM t");
            t.elsewhere("INSERT INTO t (v) VALUES (1)");
            t.query(c, "SELECT COUNT(*) FROM t");
            t.note("commit", () -> c.commit());
            t.elsewhere("INSERT INTO t (v) VALUES (2)");
            t.query(c, "SELECT COUNT(*) FROM t");
            t.note("rollback", () -> c.rollback());
            t.query(c, "SELECT COUNT(*) FROM t");
            t.state(c);
            t.release(c);
        }
    }),
    READ_COMMITTED_KEEPS_ITS_LOCKS(t -> {
        Connection c = t.borrowReadCommitted();
        t.query(c, "SELECT v FROM t WHERE id = 1");
        t.query(c, "SELECT v FROM t WHERE id = 1 LOCK IN SHARE MODE");
        t.query(c, "SELECT v FROM t WHERE id = 2");
        t.elsewhere("UPDATE t SET v = 99 WHERE id = 1");
        t.note("commit", () -> c.commit());
        t.elsewhere("UPDATE t SET v = 98 WHERE id = 1");
        t.query(c, "SELECT v FROM t WHERE id = 1");
        t.release(c);
    }),
    READ_COMMITTED_KEEPS_LOCKS_OF_PREPARED_TEXT(t -> {
        Connection c = t.borrowReadCommitted();
        PreparedStatement lock = c.prepareStatement("SELECT v FROM t WHERE id = ? LOCK IN SHARE MODE");
        t.execute(lock, 1);
        t.elsewhere("UPDATE t SET v = 99 WHERE id = 1");
        t.note("rollback", () -> c.rollback());
        t.elsewhere("UPDATE t SET v = 98 WHERE id = 1");
        t.release(c);
    }),
    READ_COMMITTED_IN_A_TRANSACTION_BEGUN_IN_SQL_TEXT(t -> {
        Connection c = t.borrow();
        c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        t.update(c, "BEGIN");
        t.insert(c, 1);
        t.note("read-only", () -> c.setReadOnly(true));
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.query(c, "SELECT COUNT(*) FROM t");
        t.others();
        t.note("rollback", () -> c.rollback());
        t.others();
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    READ_COMMITTED_KEEPS_LOCKS_OF_A_TRANSACTION_BEGUN_IN_SQL_TEXT(t -> {
        Connection c = t.borrow();
        c.setReadOnly(true);
        c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        t.note("begin", () -> {
            try (Statement statement = c.createStatement()) {
                statement.execute("BEGIN");
            }
        });
        t.query(c, "SELECT v FROM t WHERE id = 1 LOCK IN SHARE MODE");
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.query(c, "SELECT v FROM t WHERE id = 2");
        t.elsewhere("UPDATE t SET v = 99 WHERE id = 1");
        t.note("rollback", () -> c.rollback());
        t.elsewhere("UPDATE t SET v = 98 WHERE id = 1");
        t.release(c);
    }),
    READ_COMMITTED_ON_THE_CONNECTION_OF_THE_DRIVER(t -> {
        Connection c = t.borrowReadCommitted();
        Connection own = c.unwrap(t.stack().connectionType());
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT v FROM t WHERE id = 2");
        t.query(own, "SELECT v FROM t WHERE id = 1 LOCK IN SHARE MODE");
        t.query(c, "SELECT v FROM t WHERE id = 2");
        t.elsewhere("UPDATE t SET v = 99 WHERE id = 1");
        t.note("commit", () -> c.commit());
        t.elsewhere("UPDATE t SET v = 98 WHERE id = 1");
        t.release(c);
        Connection next = t.borrowReadCommitted();
        t.query(next, "SELECT COUNT(*) FROM t");
        t.release(next);
    }),
    READ_COMMITTED_AFTER_A_PING(t -> {
        Connection c = t.borrow();
        t.note("valid", () -> c.isValid(1));
        c.setReadOnly(true);
        c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.note("valid", () -> c.isValid(1));
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("valid", () -> c.isValid(1));
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    READ_COMMITTED_WITH_A_SAVEPOINT(t -> {
        Connection c = t.borrowReadCommitted();
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("savepoint", () -> {
            Savepoint savepoint = c.setSavepoint("here");
            t.query(c, "SELECT COUNT(*) FROM t");
            c.rollback(savepoint);
        });
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT COUNT(*) FROM t");
        t.release(c);
    }),
    READ_COMMITTED_ASKS_FOR_ITS_STATE(t -> {
        Connection c = t.borrowReadCommitted();
        t.query(c, "SELECT COUNT(*) FROM t");
        t.query(c, "SELECT @@autocommit, " + t.stack().isolationVariable());
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT COUNT(*) FROM t");
        t.query(c, "SELECT 5 INTO @x");
        t.query(c, "SELECT @x");
        t.update(c, "SET @x = NULL");
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    READ_COMMITTED_STREAMS(t -> {
        Connection c = t.borrowReadCommitted();
        Statement statement = stream(t, c);
        ResultSet rows = statement.executeQuery("SELECT id, v FROM t ORDER BY id");
        t.note("first row", () -> rows.next() ? rows.getInt(1) : -1);
        t.elsewhere("UPDATE t SET v = v + 1");
        t.note("more rows", () -> Trial.read(rows));
        t.note("close", () -> statement.close());
        t.query(c, "SELECT v FROM t ORDER BY id");
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    READ_COMMITTED_AFTER_A_FAILURE(t -> {
        Connection c = t.borrowReadCommitted();
        t.query(c, "SELECT COUNT(*) FROM t");
        t.query(c, "SELECT nothing FROM t");
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("rollback", () -> c.rollback());
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("auto-commit", () -> c.setAutoCommit(true));
        t.query(c, "SELECT COUNT(*) FROM t");
        t.release(c);
    }),
    READ_COMMITTED_THEN_WRITE(t -> {
        for (int i = 0; i < 2; i++) {
            Connection c = t.borrowReadCommitted();
            PreparedStatement count = c.prepareStatement("SELECT COUNT(*) FROM t WHERE id < ?");
            t.execute(count, 1_000);
            t.note("commit", () -> c.commit());
            t.note("read-only", () -> c.setReadOnly(false));
            t.insert(c, i);
            t.execute(count, 1_000);
            t.others();
            t.note("rollback", () -> c.rollback());
            t.others();
            t.insert(c, 10 + i);
            t.note("isolation", () -> c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ));
            t.note("commit", () -> c.commit());
            t.note("read-only", () -> c.setReadOnly(true));
            t.execute(count, 1_000);
            t.elsewhere("INSERT INTO t (v) VALUES (1)");
            t.execute(count, 1_000);
            t.release(c);
        }
    }),
    READ_COMMITTED_CLOSED_WITHOUT_AN_END(t -> {
        Connection c = t.borrowReadCommitted();
        t.query(c, "SELECT COUNT(*) FROM t");
        t.release(c);
        Connection next = t.borrow();
        t.state(next);
        next.setAutoCommit(false);
        t.insert(next, 1);
        t.others();
        t.note("rollback", () -> next.rollback());
        t.release(next);
    }),
    READ_ONLY_LEFT_SET(t -> {
        Connection c = t.borrow();
        c.setReadOnly(true);
        t.query(c, "SELECT COUNT(*) FROM t");
        t.release(c);
        Connection next = t.borrow();
        t.state(next);
        t.insert(next, 1);
        t.release(next);
    }),
    CATALOG(t -> {
        Connection c = t.borrow();
        t.insert(c, 1);
        t.note("catalog", () -> c.setCatalog(t.secondDatabase()));
        t.state(c);
        t.insert(c, 2);
        t.others();
        t.release(c);
        Connection next = t.borrow();
        t.insert(next, 3);
        t.others();
        t.release(next);
    }),
    CATALOG_INSIDE_A_TRANSACTION(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?)");
        c.setCatalog(t.secondDatabase());
        t.execute(insert, 2);
        t.insert(c, 3);
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    SAVEPOINT_FIRST(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        Savepoint savepoint = c.setSavepoint();
        t.insert(c, 1);
        t.note("rollback to savepoint", () -> c.rollback(savepoint));
        t.insert(c, 2);
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    SAVEPOINTS(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        Savepoint outer = c.setSavepoint("outer_one");
        t.insert(c, 2);
        Savepoint inner = c.setSavepoint();
        t.insert(c, 3);
        t.note("rollback to inner", () -> c.rollback(inner));
        t.insert(c, 4);
        t.note("release inner", () -> c.releaseSavepoint(inner));
        t.note("rollback to outer", () -> c.rollback(outer));
        t.note("rollback to inner", () -> c.rollback(inner));
        t.insert(c, 5);
        t.note("commit", () -> c.commit());
        t.note("rollback to outer", () -> c.rollback(outer));
        t.release(c);
    }),
    CLOSED_AFTER_ROLLBACK_TO_SAVEPOINT(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        Savepoint savepoint = c.setSavepoint();
        t.insert(c, 2);
        t.note("rollback to savepoint", () -> c.rollback(savepoint));
        t.release(c);
    }),
    EXCEPTION_INSIDE_A_TRANSACTION(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.update(c, "INSERT INTO t VALUES (1, 1)");
        t.insert(c, 2);
        t.update(c, "SELEC 1");
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    EXCEPTION_AS_FIRST_STATEMENT(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.update(c, "SELEC 1");
        t.note("rollback", () -> c.rollback());
        t.insert(c, 1);
        t.release(c);
    }),
    EXCEPTION_THEN_AUTO_COMMIT_ON(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.update(c, "SELEC 1");
        t.note("auto-commit", () -> c.setAutoCommit(true));
        t.others();
        t.release(c);
    }),
    GENERATED_KEYS(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        try (PreparedStatement insert =
                c.prepareStatement("INSERT INTO t (v) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            t.execute(insert, 1);
            t.note("keys", () -> Trial.read(insert.getGeneratedKeys()));
            insert.setInt(1, 2);
            insert.addBatch();
            insert.setInt(1, 3);
            insert.addBatch();
            t.batch(insert);
            t.note("keys", () -> Trial.read(insert.getGeneratedKeys()));
        }
        t.query(c, "SELECT LAST_INSERT_ID()");
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT LAST_INSERT_ID()");
        t.release(c);
    }),
    BATCH_ROLLED_BACK(t -> {
        Connection c = t.borrow();
        PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?)");
        for (int i = 0; i < 3; i++) {
            insert.setInt(1, i);
            insert.addBatch();
        }
        c.setAutoCommit(false);
        t.batch(insert);
        t.note("rollback", () -> c.rollback());
        t.others();
        Statement mixed = c.createStatement();
        mixed.addBatch("UPDATE t SET v = 0 WHERE id = 1");
        mixed.addBatch("INSERT INTO t VALUES (2, 2)");
        t.batch(mixed);
        t.release(c);
    }),
    LARGE_UPDATE_ROLLED_BACK(t -> {
        Connection c = t.borrow();
        Statement statement = c.createStatement();
        c.setAutoCommit(false);
        t.note("large update", () -> statement.executeLargeUpdate("UPDATE t SET v = v + 1"));
        t.release(c);
        t.others();
    }),
    UPDATABLE_ROWS_ROLLED_BACK(t -> {
        Connection c = t.borrow();
        Statement statement = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
        ResultSet rows = statement.executeQuery("SELECT id, v FROM t ORDER BY id");
        c.setAutoCommit(false);
        t.note("update row", () -> {
            rows.first();
            rows.updateInt(2, 99);
            rows.updateRow();
        });
        t.note("insert row", () -> {
            rows.moveToInsertRow();
            rows.updateInt(1, 50);
            rows.updateInt(2, 50);
            rows.insertRow();
            rows.moveToCurrentRow();
        });
        t.note("delete row", () -> {
            rows.absolute(2);
            rows.deleteRow();
        });
        t.others();
        t.note("rollback", () -> c.rollback());
        t.others();
        t.release(c);
    }),
    UPDATABLE_ROW_LEFT_PENDING(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        Statement statement = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
        ResultSet rows = statement.executeQuery("SELECT id, v FROM t ORDER BY id");
        t.note("commit", () -> c.commit());
        t.note("update row", () -> {
            rows.first();
            rows.updateInt(2, 99);
            rows.updateRow();
        });
        t.release(c);
        t.others();
    }),
    STREAMING_OVER_A_COMMIT(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        Statement statement = stream(t, c);
        ResultSet rows = statement.executeQuery("SELECT id, v FROM t ORDER BY id");
        t.note("first row", () -> rows.next() ? rows.getInt(1) : -1);
        t.note("commit", () -> c.commit());
        t.note("more rows", () -> Trial.read(rows));
        t.note("close", () -> statement.close());
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    STREAMING_AND_CLOSED(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        ResultSet rows = stream(t, c).executeQuery("SELECT id, v FROM t ORDER BY id");
        t.note("first row", () -> rows.next() ? rows.getInt(1) : -1);
        t.release(c);
        t.others();
    }),
    STREAMING_IN_AUTO_COMMIT(t -> {
        Connection c = t.borrow();
        Statement statement = stream(t, c);
        ResultSet rows = statement.executeQuery("SELECT id, v FROM t ORDER BY id");
        t.note("first row", () -> rows.next() ? rows.getInt(1) : -1);
        t.insert(c, 1);
        t.note("more rows", () -> Trial.read(rows));
        t.note("close", () -> statement.close());
        t.insert(c, 2);
        t.release(c);
    }),
    STORED_PROCEDURE(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        try (var call = c.prepareCall("{call add_row(?)}")) {
            call.setInt(1, 7);
            t.note("call", () -> call.execute());
            t.note("result", () -> Trial.read(call.getResultSet()));
        }
        t.others();
        t.note("rollback", () -> c.rollback());
        try (var call = c.prepareCall("{call add_row(?)}")) {
            c.setAutoCommit(true);
            call.setInt(1, 8);
            t.note("call", () -> call.execute());
        }
        t.others();
        t.release(c);
    }),
    IMPLICIT_COMMIT(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.insert(c, 1);
        t.update(c, "CREATE TABLE IF NOT EXISTS made (i INT)");
        t.others();
        t.insert(c, 2);
        t.update(c, "DROP TABLE made");
        t.insert(c, 3);
        t.note("rollback", () -> c.rollback());
        t.release(c);
    }),
    TRANSACTION_IN_SQL_TEXT(t -> {
        Connection c = t.borrow();
        t.update(c, "BEGIN");
        t.insert(c, 1);
        t.update(c, "ROLLBACK");
        t.update(c, "START TRANSACTION");
        t.insert(c, 2);
        t.others();
        t.update(c, "COMMIT");
        t.release(c);
    }),
    TRANSACTION_BEGUN_IN_SQL_TEXT_AND_COMMITTED(t -> {
        Connection c = t.borrow();
        t.update(c, "BEGIN");
        t.insert(c, 1);
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.others();
        t.note("commit", () -> c.commit());
        t.others();
        t.release(c);
    }),
    TRANSACTION_BEGUN_IN_SQL_TEXT_AND_ENDED_BY_AUTO_COMMIT(t -> {
        Connection c = t.borrow();
        t.update(c, "BEGIN");
        t.insert(c, 1);
        t.update(c, "SELEC 1");
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.note("auto-commit", () -> c.setAutoCommit(true));
        t.others();
        t.release(c);
    }),
    AUTO_COMMIT_OFF_IN_SQL_TEXT_AND_ON_BY_THE_CONNECTION(t -> {
        Connection c = t.borrow();
        t.update(c, "SET autocommit=0");
        t.insert(c, 1);
        t.others();
        t.note("auto-commit", () -> c.setAutoCommit(true));
        t.others();
        t.insert(c, 2);
        t.release(c);
    }),
    AUTO_COMMIT_OFF_IN_SQL_TEXT_AND_BY_THE_CONNECTION(t -> {
        Connection c = t.borrow();
        t.update(c, "SET autocommit=0");
        t.insert(c, 1);
        t.note("auto-commit", () -> c.setAutoCommit(false));
        t.insert(c, 2);
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    METADATA_INSIDE_A_TRANSACTION(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.note("tables", () -> {
            try (ResultSet tables = c.getMetaData().getTables(c.getCatalog(), null, "t", null)) {
                return tables.next() + " " + tables.getString("TABLE_NAME");
            }
        });
        t.note("commit", () -> c.commit());
        t.insert(c, 1);
        t.release(c);
        t.others();
    }),
    TEMPORARY_TABLE_AND_VARIABLES_OVER_TRANSACTIONS(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.update(c, "CREATE TEMPORARY TABLE scratch (i INT)");
        t.update(c, "INSERT INTO scratch VALUES (1)");
        t.update(c, "SET @x = 5");
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT i, @x FROM scratch");
        t.note("rollback", () -> c.rollback());
        c.setAutoCommit(true);
        t.query(c, "SELECT i, @x FROM scratch");
        t.update(c, "DROP TEMPORARY TABLE scratch");
        t.update(c, "SET @x = NULL");
        t.release(c);
    }),
    ISOLATION_IN_SQL_TEXT(t -> {
        Connection c = t.borrow();
        int before = c.getTransactionIsolation();
        t.update(c, "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        t.state(c);
        c.setAutoCommit(false);
        t.query(c, "SELECT COUNT(*) FROM t");
        t.note("commit", () -> c.commit());
        t.query(c, "SELECT " + t.stack().transactionVariables());
        t.note("isolation", () -> c.setTransactionIsolation(before));
        t.query(c, "SELECT " + t.stack().transactionVariables());
        t.note("commit", () -> c.commit());
        t.state(c);
        t.release(c);
    }),
    READ_ONLY_IN_SQL_TEXT(t -> {
        Connection c = t.borrow();
        t.update(c, "SET SESSION TRANSACTION READ ONLY");
        t.insert(c, 1);
        c.setAutoCommit(false);
        t.insert(c, 2);
        t.note("rollback", () -> c.rollback());
        t.update(c, "SET SESSION TRANSACTION READ WRITE");
        t.note("commit", () -> c.commit());
        t.insert(c, 3);
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    DATABASE_IN_SQL_TEXT(t -> {
        Connection c = t.borrow();
        String first = c.getCatalog();
        t.update(c, "USE " + t.secondDatabase());
        t.insert(c, 1);
        t.state(c);
        t.note("catalog", () -> c.setCatalog(first));
        t.insert(c, 2);
        t.update(c, "USE " + t.secondDatabase());
        c.setAutoCommit(false);
        t.insert(c, 3);
        t.note("commit", () -> c.commit());
        t.insert(c, 4);
        t.note("catalog", () -> c.setCatalog(t.secondDatabase()));
        t.note("catalog", () -> c.setCatalog(first));
        t.insert(c, 5);
        t.note("commit", () -> c.commit());
        t.release(c);
    }),
    LOCK_AND_SETTINGS_OVER_TRANSACTIONS(t -> {
        Connection c = t.borrow();
        c.setAutoCommit(false);
        t.query(c, "SELECT GET_LOCK('trial', 1)");
        t.update(c, "SET time_zone = '+03:00'");
        t.note("commit", () -> c.commit());
        c.setReadOnly(true);
        t.query(c, "SELECT @@time_zone");
        t.note("commit", () -> c.commit());
        c.setReadOnly(false);
        t.query(c, "SELECT RELEASE_LOCK('trial')");
        t.update(c, "SET time_zone = DEFAULT");
        t.note("rollback", () -> c.rollback());
        t.release(c);
    }),
    CLOSED_ON_COMPLETION(t -> {
        Connection c = t.borrow();
        Statement statement = c.createStatement();
        t.note("close on completion", () -> statement.closeOnCompletion());
        t.note("rows", () -> {
            try (ResultSet rows = statement.executeQuery("SELECT id FROM t ORDER BY id")) {
                return Trial.read(rows);
            }
        });
        t.note("closed", () -> statement.isClosed());
        t.release(c);
    });

    private static Statement stream(Trial trial, Connection connection) throws SQLException {
        Statement statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        statement.setFetchSize(trial.stack().isConnectorJ() ? Integer.MIN_VALUE : 1);
        return statement;
    }

    /** The steps of a script. */
    private interface Steps {
        void play(Trial trial) throws SQLException;
    }

    private final Steps steps;

    Script(Steps steps) {
        this.steps = steps;
    }

    /** Whether drivers differ in it: they refuse some calls themselves in a read-only session, or do not begin one. */
    boolean dependsOnDriver() {
        return name().startsWith("READ_COMMITTED_");
    }

    void play(Trial trial) throws SQLException {
        steps.play(trial);
    }
}
