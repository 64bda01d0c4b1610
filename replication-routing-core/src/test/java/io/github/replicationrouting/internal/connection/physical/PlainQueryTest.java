package io.github.replicationrouting.internal.connection.physical;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainQueryTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "select name from item where id = ?",
                "  \n(SELECT 1) UNION (SELECT 2)",
                "SELECT/* hint */1",
                "SELECT 1;",
                "SELECT 1; \n",
                "SELECT unlocked, format, informed FROM information"
            })
    void whenATextIsAQueryShouldRecognizeIt(String sql) {
        assertThat(PlainQuery.is(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "SELEC 1",
                "SELECTED",
                "/*! SELECT 1 */",
                "-- SELECT 1",
                "/* SELECT 1",
                "SELECT 1; CALL add_row(1)",
                "SELECT 1;SELECT 2",
                "SELECT id FROM item FOR UPDATE",
                "select id from item for\tshare",
                "SELECT id FROM item LOCK IN SHARE MODE",
                "SELECT id FROM item WHERE price = 1.0FOR SHARE",
                "SELECT id FROM item WHERE id = 1FOR SHARE",
                "SELECT id FROM `item`FOR SHARE",
                "SELECT 1 INTO OUTFILE 'x'",
                "SELECT id INTO @x FROM item",
                "SELECT @x",
                "SELECT @@autocommit",
                "SELECT id FROM item /*! FOR UPDATE */",
                "SELECT id FROM item /*M!100100 WHERE 1 */",
                "SELECT id FROM item WHERE name = 'wait for me'",
                "INSERT INTO item VALUES (1)",
                "CALL add_row(1)",
                "SHOW TABLES",
                "SET @x = 1",
                "BEGIN"
            })
    void whenATextMayBeMoreShouldNotRecognizeIt(String sql) {
        assertThat(PlainQuery.is(sql)).isFalse();
    }
}
