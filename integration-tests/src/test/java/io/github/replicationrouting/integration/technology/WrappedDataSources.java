package io.github.replicationrouting.integration.technology;

import io.micrometer.observation.ObservationRegistry;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import net.ttddyy.observation.tracing.DataSourceObservationListener;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** The wrappers that applications put around a data source. */
enum WrappedDataSources {
    BARE,
    LAZY,
    DATASOURCE_PROXY,
    DATASOURCE_MICROMETER,
    LAZY_AROUND_DATASOURCE_MICROMETER,
    DATASOURCE_MICROMETER_AROUND_LAZY;

    DataSource around(DataSource dataSource) {
        return switch (this) {
            case BARE -> dataSource;
            case LAZY -> new LazyConnectionDataSourceProxy(dataSource);
            case DATASOURCE_PROXY ->
                ProxyDataSourceBuilder.create(dataSource).countQuery().build();
            case DATASOURCE_MICROMETER -> observed(dataSource);
            case LAZY_AROUND_DATASOURCE_MICROMETER -> new LazyConnectionDataSourceProxy(observed(dataSource));
            case DATASOURCE_MICROMETER_AROUND_LAZY -> observed(new LazyConnectionDataSourceProxy(dataSource));
        };
    }

    private static DataSource observed(DataSource dataSource) {
        DataSourceObservationListener listener = new DataSourceObservationListener(ObservationRegistry.create());
        return ProxyDataSourceBuilder.create(dataSource)
                .listener(listener)
                .methodListener(listener)
                .build();
    }
}
