package io.github.replicationrouting.autoconfigure.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReadOnlyAccessException;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.support.PersistenceExceptionTranslator;

@ExtendWith(OutputCaptureExtension.class)
class ReplicationRoutingJpaAutoConfigurationTest {

    private final ApplicationContextRunner routed = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReplicationRoutingAutoConfiguration.class, ReplicationRoutingJpaAutoConfiguration.class))
            .withPropertyValues(
                    "replication.routing.nodes.db1.url=jdbc:mysql://127.0.0.1:1/shop",
                    "replication.routing.connect-timeout=200ms",
                    "replication.routing.monitor.timeout=200ms");

    @Test
    void whenFailureIsARefusalShouldTranslateIt() {
        ReadOnlyAccessException refusal = new ReadOnlyAccessException("A write on a replica", null);
        BatchUpdateException batch = new BatchUpdateException("refused", "25006", 1792, new int[0]);
        batch.setNextException(refusal);
        routed.run(context -> {
            PersistenceExceptionTranslator translator = context.getBean(PersistenceExceptionTranslator.class);
            for (SQLException error : new SQLException[] {refusal, batch}) {
                PersistenceException failure = new PersistenceException("could not execute", error);
                assertThat(translator.translateExceptionIfPossible(failure))
                        .isInstanceOf(InvalidDataAccessApiUsageException.class)
                        .hasMessage("A write on a replica")
                        .hasCause(failure);
            }
            assertThat(translator.translateExceptionIfPossible(
                            new PersistenceException(new SQLException("Unknown column", "42S22", 1054))))
                    .isNull();
            assertThat(translator.translateExceptionIfPossible(new IllegalStateException(refusal)))
                    .isNull();
        });
    }

    @Test
    void whenHibernateOrJpaIsAbsentShouldStart() {
        routed.withClassLoader(
                        new FilteredClassLoader(HibernatePropertiesCustomizer.class, SessionFactoryImplementor.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(DefaultCacheStoreMode.class));
        routed.withClassLoader(new FilteredClassLoader(EntityManager.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(DefaultCacheStoreMode.class));
    }

    @Test
    void whenContextStartsShouldCreateNoBeanEarly(CapturedOutput output) {
        routed.run(context -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain("is not eligible for getting processed by all BeanPostProcessors");
    }
}
