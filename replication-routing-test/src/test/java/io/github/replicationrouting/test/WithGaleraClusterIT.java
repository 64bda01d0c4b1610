package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingConnectionDetails;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

/** With the binary log, as an installation has it whose backups or asynchronous replicas need one. */
@WithReplicatedCluster(
        kind = ClusterKind.GALERA,
        serverArguments = {"--log-bin=binlog", "--log-slave-updates=ON", "--wsrep-gtid-mode=ON"})
@SpringBootTest(classes = WithGaleraClusterIT.Empty.class)
class WithGaleraClusterIT {

    static ReplicatedCluster cluster;

    @Test
    void whenAClassIsASpringTestItShouldGetTheMembers(@Autowired ReplicationRoutingConnectionDetails details) {
        assertThat(details.nodes())
                .extracting(ReplicationRoutingConnectionDetails.Node::url)
                .containsExactlyElementsOf(cluster.nodes().stream()
                        .map(node -> node.jdbcUrl(JdbcDriver.MARIADB))
                        .toList());
    }

    @Test
    void whenThereIsABinaryLogEveryMemberShouldReplicate() {
        cluster.node("db3")
                .execute(List.of(
                        "CREATE TABLE `%s`.item (id INT PRIMARY KEY)".formatted(cluster.database()),
                        "INSERT INTO `%s`.item VALUES (1)".formatted(cluster.database())));
        cluster.awaitRowCount("item", 1);
    }

    @Configuration(proxyBeanMethods = false)
    static class Empty {}
}
