package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JdbcUrlsTest {

    @Test
    void whenAUrlHasUserAndParametersShouldReturnItsServerOnly() {
        assertThat(JdbcUrls.servers("jdbc:mysql://shop:marker@DB1/shop?password=marker"))
                .isEqualTo("db1:3306");
        assertThat(JdbcUrls.servers("jdbc:mariadb://db1:3307/shop")).isEqualTo("db1:3307");
    }

    @Test
    void whenTheFormOfAUrlMayContainAPasswordShouldReturnNull() {
        assertThat(JdbcUrls.servers("jdbc:mysql://(host=db1,port=3306,user=shop,password=marker)/shop"))
                .isNull();
        assertThat(JdbcUrls.servers("jdbc:mysql://address=(host=db1)(password=marker)/shop"))
                .isNull();
    }
}
