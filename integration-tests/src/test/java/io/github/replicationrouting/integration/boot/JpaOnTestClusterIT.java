package io.github.replicationrouting.integration.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.test.WithReplicatedCluster;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** With the defaults of the test module an application with JPA starts, although JPA reads metadata. */
class JpaOnTestClusterIT {

    abstract static class Tests {

        @Autowired
        Shop.Items items;

        @Test
        void whenAnApplicationWithJpaStartsItShouldWrite(ReplicatedCluster cluster) {
            long before = items.count();
            items.add("new");
            cluster.awaitReplicated();
            assertThat(items.count()).isEqualTo(before + 1);
        }
    }

    @Nested
    @Tag("essential")
    @WithReplicatedCluster
    @SpringBootTest(
            classes = Shop.class,
            properties = {
                "spring.jpa.hibernate.ddl-auto=update",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false"
            })
    class OnMariaDb extends Tests {}

    @Nested
    @WithReplicatedCluster(kind = ClusterKind.MYSQL)
    @SpringBootTest(
            classes = Shop.class,
            properties = {
                "spring.jpa.hibernate.ddl-auto=update",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false"
            })
    class OnMySql extends Tests {}
}
