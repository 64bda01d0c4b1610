package io.github.replicationrouting.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.spi.Member;
import org.junit.jupiter.api.Test;

class MemberRowsTest {

    @Test
    void whenGaleraListsAddressesShouldReadThem() {
        assertThat(MemberRows.ofAddresses("10.0.0.1:3306,db2:4000, db3"))
                .containsExactly(
                        new Member(null, "10.0.0.1", 3306),
                        new Member(null, "db2", 4000),
                        new Member(null, "db3", 3306));
    }

    @Test
    void whenAddressesAreOfVersionSixShouldReadThem() {
        assertThat(MemberRows.ofAddresses("[fd00::1]:3307,fd00::2"))
                .containsExactly(new Member(null, "[fd00::1]", 3307), new Member(null, "fd00::2", 3306));
    }

    @Test
    void whenAnAddressIsUnknownShouldSkipIt() {
        assertThat(MemberRows.ofAddresses("AUTO,,unspecified,AUTO:0, db1:3306"))
                .containsExactly(new Member(null, "db1", 3306));
        assertThat(MemberRows.ofAddresses("db1:port")).isEmpty();
        assertThat(MemberRows.ofAddresses("")).isEmpty();
        assertThat(MemberRows.ofAddresses(null)).isEmpty();
    }
}
