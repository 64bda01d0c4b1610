package io.github.replicationrouting.internal.connection.physical;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionChangeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET @x = 1",
                "set  time_zone='+00:00'",
                "\n\tSet Session sql_mode = ''",
                "SET @@session.sql_mode = ''",
                "SET @@sql_mode = ''",
                "SET NAMES utf8mb4",
                "SET @a = 1, @@session.sql_mode = ''",
                "SET ROLE reader",
                "SET TRANSACTION READ ONLY",
                "SET GLOBAL max_connections = 100, SESSION sql_mode = ''",
                "USE other",
                "use`other`",
                "LOCK TABLES t WRITE",
                "FLUSH TABLES WITH READ LOCK",
                "CREATE TEMPORARY TABLE t (i INT)",
                "CREATE OR REPLACE TEMPORARY TABLE t AS SELECT 1",
                "PREPARE p FROM 'SELECT 1'",
                "HANDLER t OPEN",
                "XA START 'x'",
                "SELECT GET_LOCK('x', 1)",
                "SELECT get_lock ('x', 1) FROM dual",
                "SELECT 1 INTO @x",
                "SELECT @x:=@x+1 FROM t",
                "UPDATE t SET id = (@id := id) WHERE 1",
                "CALL p(@out)",
                "{call p(@out)}",
                "/* comment; */ SET @x = 1",
                "-- comment\nSET @x = 1",
                "# comment\nSET @x = 1",
                "/*!40101 SET NAMES utf8 */",
                "/*M!100500 SET NAMES utf8 */",
                "SELECT 1; SET @x = 1",
                "SELECT ';' ; USE other",
                "INSERT INTO t VALUES ('it''s', \"a\\\"b\", 'c\\'d'), (GET_LOCK('x', 1))",
                "SET STATEMENT max_statement_time=1 FOR SELECT GET_LOCK('x', 1)",
                "(SELECT 1 INTO @x)"
            })
    void whenSqlLeavesAChangeShouldRecognizeIt(String sql) {
        assertThat(SessionChange.of(sql).isNone()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "'",
                "/*",
                "/*!",
                "--",
                "SELECT 1",
                "SELECT 'a@b.c', \"SET @x\", `@y` FROM t",
                "SELECT 'SET @x = 1; USE other'",
                "SELECT 'it''s; SET @x', 'b\\'; USE c'",
                "SELECT @@session.sql_mode, @@time_zone",
                "SELECT get_locks, my_get_lock, GET_LOCK2 FROM t",
                "SELECT RELEASE_LOCK('x')",
                "UPDATE t SET a = 1, use_it = 2",
                "UPDATE t SET temporary = 1",
                "UPDATE t SET\nUSE = 1",
                "DELETE FROM t /* SET @x = 1 */",
                "DELETE FROM t -- ; SET @x = 1",
                "DELETE FROM t # ; SET @x = 1\nWHERE 1",
                "CREATE TABLE t (temporary_id INT)",
                "DROP TEMPORARY TABLE t",
                "GRANT ALL ON *.* TO 'a'@'%', b@localhost",
                "CREATE DEFINER=`root`@`localhost` PROCEDURE p() SELECT 1",
                "SELECT 1 FOR UPDATE",
                "SELECT @x, @y = 1 FROM t WHERE a = @x",
                "INSERT INTO t VALUES (@x)",
                "INSERT INTO t SELECT @x",
                "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
                "FLUSH PRIVILEGES",
                "UNLOCK TABLES",
                "SET GLOBAL max_connections = 100",
                "SET @@GLOBAL.max_connections = 100",
                "SET PERSIST max_connections = 100",
                "SET PASSWORD FOR a = 'x'",
                "SET STATEMENT max_statement_time=1, sort_buffer_size=1 FOR SELECT 1",
                "BEGIN",
                "CALL p(?, ?)",
                "{? = call f(?)}"
            })
    void whenSqlLeavesNoChangeShouldBeNone(String sql) {
        assertThat(SessionChange.of(sql).isNone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SET @a = 1                                   | SET @a=NULL
            SET @a = (SELECT MAX(x, y) FROM t), @b_2 = 2 | SET @a=NULL,@b_2=NULL
            SELECT @a := 1, @@time_zone, @b              | SET @a=NULL
            LOAD DATA INFILE 'x' INTO TABLE t (@a, b)    | SET @a=NULL
            GET DIAGNOSTICS @n = NUMBER                  | SET @n=NULL
            SELECT COUNT(*), 1 INTO @my.count, @n FROM t | SET @my.count=NULL,@n=NULL
            SELECT 1; SET @a = 1; UPDATE t SET x = @b    | SET @a=NULL
            SELECT GET_LOCK('x', 1)                      | DO RELEASE_ALL_LOCKS()
            SET @a = GET_LOCK('x', 1)                    | SET @a=NULL;DO RELEASE_ALL_LOCKS()
            CALL p(@out)                                 | SET @out=NULL
            USE other                                    | USE `in``itial`
            use`other`; SET @a = 1                       | USE `in``itial`;SET @a=NULL
            """)
    void whenTheChangeIsOfVariablesDatabaseOrLocksShouldBeUndone(String sql, String undo) {
        SessionChange change = SessionChange.of(sql);

        assertThat(change.isLasting()).isFalse();
        assertThat(String.join(";", change.undo("in`itial"))).isEqualTo(undo);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET @a = 1, sql_mode = ''",
                "SET sql_mode = '', @a = 1",
                "SET @a = IF(1, 2, 3), @@sql_mode = ''",
                "SET @@global.x = 1, @@session.sql_mode = ''",
                "SET @`a b` = 1",
                "SELECT @a; SET NAMES utf8",
                "SELECT @'a' := 1",
                "EXECUTE IMMEDIATE 'SET @a = 1'",
                "SELECT 1 INTO @'a'",
                "CREATE TEMPORARY TABLE t AS SELECT @a"
            })
    void whenTheChangeIsOfAnythingElseShouldBeLasting(String sql) {
        assertThat(SessionChange.of(sql).isLasting()).isTrue();
    }

    @Test
    void whenAWritableTransactionFollowsAnotherStatementShouldRecognizeIt() {
        for (String text : List.of(
                "SET NAMES utf8; START TRANSACTION READ WRITE",
                "USE other; START TRANSACTION READ WRITE",
                "LOCK TABLES t READ; START TRANSACTION READ WRITE; SELECT 1")) {
            assertThat(SessionChange.of(text).isWritableTransaction()).as(text).isTrue();
        }
        SessionChange begun = SessionChange.of("START TRANSACTION READ WRITE; SET NAMES utf8");
        assertThat(begun.isWritableTransaction()).isTrue();
        assertThat(begun.isLasting()).isTrue();
    }

    @Test
    void whenAWritableTransactionIsInABatchShouldRecognizeIt() {
        SessionChange begun = SessionChange.of("START TRANSACTION READ WRITE");

        assertThat(SessionChange.NONE.and(begun).isWritableTransaction()).isTrue();
        assertThat(begun.and(SessionChange.of("SET NAMES utf8")).isWritableTransaction())
                .isTrue();
    }

    @Test
    void whenATransactionBeginsShouldRecognizeWhetherItIsDeclaredWritable() {
        assertThat(SessionChange.of("/* x */ start transaction with consistent snapshot, read write")
                        .isWritableTransaction())
                .isTrue();
        assertThat(SessionChange.of("START TRANSACTION READ ONLY").isNone()).isTrue();
        assertThat(SessionChange.of("SELECT 1; START TRANSACTION; SELECT write FROM t")
                        .isNone())
                .isTrue();
    }

    @Test
    void whenStatementsFollowEachOtherShouldAddTheirChanges() {
        SessionChange one = SessionChange.of("SET @a = 1");
        SessionChange two = SessionChange.of("SELECT GET_LOCK('x', 1) INTO @b");

        assertThat(SessionChange.NONE.and(one)).isSameAs(one);
        assertThat(one.and(SessionChange.NONE)).isSameAs(one);
        assertThat(one.and(two).undo("initial")).containsExactly("SET @a=NULL,@b=NULL", "DO RELEASE_ALL_LOCKS()");
        assertThat(one.and(SessionChange.of("SET NAMES utf8")).and(two).isLasting())
                .isTrue();
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> SessionChange.of("SET @a" + i + " = 1"))
                        .reduce(SessionChange.NONE, SessionChange::and)
                        .isLasting())
                .isTrue();
    }
}
