package io.github.replicationrouting.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSpecTest {

    @ParameterizedTest
    @CsvSource({
        "jdbc:mysql://db1:3306/shop, jdbc:mysql://db9:4000/shop",
        "jdbc:mariadb://db1/shop?useSsl=true&x=/y, jdbc:mariadb://db9:4000/shop?useSsl=true&x=/y",
        "jdbc:mysql://db1, jdbc:mysql://db9:4000",
        "jdbc:mysql://user@db1:3306/shop, jdbc:mysql://user@db9:4000/shop"
    })
    void whenTheUrlShowsTheAddressShouldReplaceIt(String url, String elsewhere) {
        NodeSpec other = NodeSpec.of("db1", url).elsewhere("db9", "db9", 4000);

        assertThat(other).isEqualTo(NodeSpec.of("db9", elsewhere));
    }

    @Test
    void whenTheAddressIsOfVersionSixShouldAddBrackets() {
        NodeSpec other = Objects.requireNonNull(
                NodeSpec.of("db1", "jdbc:mysql://db1/shop").elsewhere("db9", "fd00::9", 3306));

        assertThat(other.url()).isEqualTo("jdbc:mysql://[fd00::9]:3306/shop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://db1,db2/shop", "jdbc:mysql://address=(host=db1)(port=3306)/shop", "jdbc:odd"})
    void whenTheUrlDoesNotShowTheAddressShouldReturnNull(String url) {
        assertThat(NodeSpec.of("db1", url).elsewhere("db9", "db9", 3306)).isNull();
    }
}
