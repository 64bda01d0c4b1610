package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlLocksTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "FOR UPDATE          | SELECT a FROM t FOR UPDATE",
                "FOR UPDATE          | select a from t for update skip locked",
                "FOR UPDATE          | SELECT a FROM t For/**/Update OF t",
                "FOR UPDATE          | SELECT a FROM (SELECT b FROM u FOR UPDATE) AS x",
                "FOR UPDATE          | (SELECT a FROM t) FOR UPDATE",
                "FOR UPDATE          | SELECT 'it''s', 'a\\'b', \"c\", `d` FROM t FOR UPDATE",
                "FOR UPDATE          | SELECT a FROM t /*!80000 FOR UPDATE */",
                "FOR UPDATE          | SELECT a FROM t /*M!100501 FOR */ UPDATE",
                "FOR UPDATE          | SELECT 1; SELECT SUBSTRING(a FROM 1 FOR 2) FROM t FOR UPDATE",
                "FOR UPDATE          | SELECT 5--1 FROM t FOR UPDATE",
                "FOR SHARE           | SELECT a FROM t FOR SHARE NOWAIT",
                "FOR SHARE           | SELECT a FROM t WHERE b IN (SELECT c FROM u FOR SHARE)",
                "LOCK IN SHARE MODE  | SELECT a FROM t lock in share mode",
                "LOCK IN SHARE MODE  | ~SELECT a FROM t LOCK # why\n IN SHARE MODE~",
                "LOCK TABLES         | LOCK TABLES t READ",
                "LOCK TABLES         | ~-- first\n lock table t read~",
                "GET_LOCK            | SELECT GET_LOCK('a', 1)",
                "GET_LOCK            | DO get_lock ('a', 1)",
                "GET_LOCK            | SELECT `get_lock`('a', 1)",
                "GET_LOCK            | {? = call get_lock/* */(?, ?)}",
                "RELEASE_LOCK        | SELECT a, Release_Lock(?)",
                "RELEASE_ALL_LOCKS   | SELECT RELEASE_ALL_LOCKS()",
                "IS_FREE_LOCK        | SELECT IS_FREE_LOCK('a')",
                "IS_USED_LOCK        | SELECT IS_USED_LOCK('a')",
                "SERVICE_GET_WRITE_LOCKS | SELECT service_get_write_locks('a', 'b', 1)"
            })
    void whenSqlLocksShouldReturnTheFirstLock(String lock, String sql) {
        assertThat(SqlLocks.first(sql)).isEqualTo(lock);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "for",
                "lock",
                "SELECT a FROM t",
                "SELECT 'FOR UPDATE' FROM t",
                "SELECT \"FOR UPDATE\" FROM t",
                "SELECT `FOR UPDATE` FROM t",
                "SELECT 'a''FOR UPDATE' FROM t",
                "SELECT 'a\\' FOR UPDATE' FROM t",
                "SELECT '\\\\' FROM t -- FOR UPDATE",
                "SELECT 'never ended FOR UPDATE",
                "SELECT 'ends with \\",
                "SELECT `never ended FOR UPDATE",
                "SELECT a FROM t # FOR UPDATE",
                "SELECT a FROM t /* FOR UPDATE */",
                "SELECT a FROM t /*+ FOR UPDATE */",
                "SELECT a FROM t /* never ended FOR UPDATE",
                "SELECT for_update, for_share FROM t",
                "SELECT @for update FROM t",
                "SELECT forUpdate FROM t",
                "SELECT platform, update_time FROM t",
                "SELECT get_lock FROM t",
                "SELECT mine.get_lock(1)",
                "SELECT try_get_lock('a')",
                "SELECT locked, block, lock_time FROM t WHERE unlock IN (1)",
                "UNLOCK TABLES",
                "SELECT SUBSTRING(a FROM 1 FOR share) FROM t",
                "SELECT SUBSTRING((SELECT b FROM u) FROM 1 FOR share) FROM t",
                "SELECT a FROM t USE INDEX FOR ORDER BY (i)",
                "SELECT 'FOR', 'UPDATE'"
            })
    void whenSqlDoesNotLockShouldReturnNull(String sql) {
        assertThat(SqlLocks.first(sql)).isNull();
    }
}
