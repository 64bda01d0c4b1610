package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.ReplicationRouting;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.ApplicationDataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.sql.autoconfigure.init.ApplicationScriptDatabaseInitializer;
import org.springframework.boot.sql.autoconfigure.init.ConditionalOnSqlInitialization;
import org.springframework.boot.sql.autoconfigure.init.SqlInitializationProperties;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration that runs {@code schema.sql} and {@code data.sql} on the primary. Every later read of the process
 * sees their changes.
 */
@AutoConfiguration(
        after = ReplicationRoutingAutoConfiguration.class,
        before = DataSourceInitializationAutoConfiguration.class)
@ConditionalOnClass({ApplicationDataSourceScriptDatabaseInitializer.class, SqlInitializationProperties.class})
@ConditionalOnBean(ReplicationRouting.class)
@ConditionalOnMissingBean(ApplicationScriptDatabaseInitializer.class)
@ConditionalOnSqlInitialization
@EnableConfigurationProperties(SqlInitializationProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
public final class ReplicationRoutingScriptsAutoConfiguration {

    /** Named like Spring Boot's bean, which other beans may depend on. */
    @Bean
    ApplicationDataSourceScriptDatabaseInitializer dataSourceScriptDatabaseInitializer(
            @Qualifier(RouterGuard.WRITER) ObjectProvider<DataSource> writer,
            DataSource dataSource,
            SqlInitializationProperties properties) {
        DataSource primary = writer.getIfAvailable();
        if (primary == null) {
            // A test has replaced the routing data source.
            return new ApplicationDataSourceScriptDatabaseInitializer(dataSource, properties);
        }
        return new ApplicationDataSourceScriptDatabaseInitializer(primary, properties) {
            @Override
            protected boolean isEmbeddedDatabase() {
                // Spring Boot would ask the primary, which may be down.
                return false;
            }
        };
    }
}
