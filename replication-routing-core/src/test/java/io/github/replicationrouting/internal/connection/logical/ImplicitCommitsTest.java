package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImplicitCommitsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "select 1;",
                "\n\t( ( SELECT 1) UNION (SELECT 2))",
                "-- note\nINSERT INTO t VALUES (1)",
                "# note\nINSERT INTO t VALUES (1) ; -- done",
                "/* CREATE */ UPDATE t SET x = 'a;b' WHERE y = \"\\\";\" AND `a;b` = ''';'",
                "DELETE FROM t",
                "REPLACE INTO t VALUES (1)",
                "WITH x AS (SELECT 1) SELECT * FROM x",
                "SET @x = 1",
                "SET SESSION sql_mode = ''",
                "SET NAMES utf8mb4",
                "SAVEPOINT a",
                "RELEASE SAVEPOINT a",
                "ROLLBACK TO SAVEPOINT a",
                "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
                "DO RELEASE_LOCK('x')"
            })
    void whenAStatementReadsOrChangesDataShouldExpectNoCommit(String sql) {
        assertThat(ImplicitCommits.mayBeIn(sql, false)).isFalse();
        assertThat(ImplicitCommits.mayBeIn(sql, true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE t (id INT)",
                "create temporary table t (id int)",
                "/* note */ ALTER TABLE t ADD x INT",
                "-- note\r\nDROP TABLE t",
                "/*!40000 DROP TABLE t */",
                "/*M! DROP TABLE t */",
                "TRUNCATE t",
                "RENAME TABLE t TO u",
                "LOCK TABLES t WRITE",
                "UNLOCK TABLES",
                "BEGIN",
                "BEGIN NOT ATOMIC COMMIT; END",
                "START TRANSACTION",
                "COMMIT",
                "SET autocommit=1",
                "SET SESSION sql_mode = '', @@AutoCommit = ON",
                "SET PASSWORD = 'x'",
                "SET GLOBAL max_connections = 5",
                "SET STATEMENT max_statement_time = 1 FOR CREATE TABLE t (id INT)",
                "GRANT ALL ON *.* TO x",
                "ANALYZE TABLE t",
                "FLUSH TABLES",
                "LOAD INDEX INTO CACHE t",
                "XA END 'x'",
                "IF 1 THEN COMMIT; END IF",
                "",
                "-- nothing but a note",
                "unknown"
            })
    void whenAStatementMayCommitShouldExpectACommit(String sql) {
        assertThat(ImplicitCommits.mayBeIn(sql, false)).isTrue();
        assertThat(ImplicitCommits.mayBeIn(sql, true)).isTrue();
    }

    /** The text does not show what they execute, but the server reports it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CALL p()",
                "{call p()}",
                " {? = call f()}",
                "EXECUTE s",
                "INSERT INTO t VALUES (1); CREATE TABLE u (id INT)",
                "SELECT 'a' ; COMMIT",
                "SELECT 'not closed ; "
            })
    void whenTheTextIsOfARoutineOrOfSeveralStatementsShouldExpectACommitUnlessItIsReported(String sql) {
        assertThat(ImplicitCommits.mayBeIn(sql, false)).isTrue();
        assertThat(ImplicitCommits.mayBeIn(sql, true)).isFalse();
    }
}
