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
 * Auto-configuration of {@code schema.sql} and {@code data.sql}: they run on the primary, and every later read of the
 * process sees what they did.
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

    /** By the name of Spring Boot's, which others may depend on. */
    @Bean
    ApplicationDataSourceScriptDatabaseInitializer dataSourceScriptDatabaseInitializer(
            @Qualifier(RouterGuard.WRITER) ObjectProvider<DataSource> writer,
            DataSource dataSource,
            SqlInitializationProperties properties) {
        DataSource primary = writer.getIfAvailable();
        if (primary == null) {
            // A test put its own data source in the router's place.
            return new ApplicationDataSourceScriptDatabaseInitializer(dataSource, properties);
        }
        return new ApplicationDataSourceScriptDatabaseInitializer(primary, properties) {
            @Override
            protected boolean isEmbeddedDatabase() {
                // Known without asking a primary, which may not be there.
                return false;
            }
        };
    }
}
