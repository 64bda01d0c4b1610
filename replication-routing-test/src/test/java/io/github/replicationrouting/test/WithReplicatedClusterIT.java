package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingConnectionDetails;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Tag("essential")
@WithReplicatedCluster(replicas = 1)
@SpringBootTest(classes = WithReplicatedClusterIT.Empty.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WithReplicatedClusterIT {

    private static ReplicatedCluster cluster;

    private static final ReplicatedCluster UNTOUCHED = null;

    @Test
    @Order(1)
    void whenAClassIsAnnotatedFieldsAndParametersShouldGetTheCluster(ReplicatedCluster parameter) {
        assertThat(cluster).isNotNull().isSameAs(parameter);
        assertThat(cluster.nodes()).extracting(ClusterNode::name).containsExactly("db1", "db2");
        assertThat(UNTOUCHED).isNull();
    }

    @Test
    @Order(2)
    void whenATestLeavesAFaultItShouldEndWithTheTest() {
        cluster.node("db2").freeze();
    }

    @Test
    @Order(3)
    void whenATestStartsTheClusterShouldBeHealthy() {
        assertThat(cluster.node("db2").role()).isEqualTo(NodeRole.REPLICA);
    }

    @Test
    void whenAClassIsASpringTestItShouldGetTheNodes(@Autowired ReplicationRoutingConnectionDetails details) {
        assertThat(details.nodes())
                .extracting(ReplicationRoutingConnectionDetails.Node::name)
                .containsExactly("db1", "db2");
        assertThat(details.nodes())
                .extracting(ReplicationRoutingConnectionDetails.Node::url)
                .containsExactly(
                        cluster.node("db1").jdbcUrl(JdbcDriver.MARIADB),
                        cluster.node("db2").jdbcUrl(JdbcDriver.MARIADB));
        assertThat(details.nodes())
                .allSatisfy(node -> assertThat(node.username()).isEqualTo(cluster.username()));
    }

    @Test
    void whenAClassIsASliceItShouldKeepTheDataSource(@Autowired Environment environment) {
        assertThat(environment.getProperty("spring.test.database.replace")).isEqualTo("none");
    }

    @Nested
    class Inside {

        @Test
        void whenAClassIsNestedItShouldShareTheCluster(ReplicatedCluster parameter) {
            assertThat(parameter).isSameAs(cluster);
        }
    }

    @Nested
    @WithReplicatedCluster(replicas = 1)
    class Again {

        @Test
        void whenClassesRequireTheSameTheyShouldShareTheCluster(ReplicatedCluster parameter) {
            assertThat(parameter).isSameAs(cluster);
        }
    }

    @Nested
    @WithReplicatedCluster(replicas = 0, shared = false, driver = JdbcDriver.CONNECTOR_J)
    class Alone {

        @Test
        void whenAClusterIsNotSharedTheClassShouldHaveItsOwn(
                ReplicatedCluster own, @Autowired ReplicationRoutingConnectionDetails details) {
            assertThat(own.nodes()).hasSize(1);
            assertThat(details.nodes()).singleElement().satisfies(node -> assertThat(node.url())
                    .isEqualTo(own.primary().jdbcUrl(JdbcDriver.CONNECTOR_J)));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Empty {}
}
