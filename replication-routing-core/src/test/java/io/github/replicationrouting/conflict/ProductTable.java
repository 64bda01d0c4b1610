package io.github.replicationrouting.conflict;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

/** A table with a version column, as an application with plain JDBC has, and a second client of its database. */
final class ProductTable implements VersionedStore<Product> {

    private static final RowMapper<Product> PRODUCT = (row, number) ->
            new Product(row.getLong("id"), row.getInt("version"), row.getString("name"), row.getInt("amount"), null);

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private final DataSource dataSource = dataSource(url);
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final JdbcTemplate otherClient = new JdbcTemplate(dataSource(url));

    private int loads;
    private int saves;
    private Runnable afterLoad = () -> {};
    private Runnable beforeSave = () -> {};

    ProductTable() {
        otherClient.execute(
                "CREATE TABLE product (id BIGINT PRIMARY KEY, version INT, name VARCHAR(50) NOT NULL, amount INT)");
        otherClient.update("INSERT INTO product VALUES (1, 1, 'tea', 10)");
    }

    private static DataSource dataSource(String url) {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL(url);
        return dataSource;
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** Returns what the other client sees. */
    Product stored() {
        return otherClient.query("SELECT * FROM product", PRODUCT).get(0);
    }

    boolean isEmpty() {
        return otherClient.query("SELECT * FROM product", PRODUCT).isEmpty();
    }

    void otherSaves(Product changed) {
        otherClient.update(
                "UPDATE product SET name = ?, amount = ?, version = version + 1", changed.name(), changed.amount());
    }

    void otherDeletes() {
        otherClient.update("DELETE FROM product");
    }

    void close() {
        otherClient.execute("SHUTDOWN");
    }

    /** Runs between the load and the save of each attempt. */
    void afterLoad(Runnable work) {
        afterLoad = work;
    }

    /** Runs inside each save, before its statement. */
    void beforeSave(Runnable work) {
        beforeSave = work;
    }

    int loads() {
        return loads;
    }

    int saves() {
        return saves;
    }

    @Override
    public @Nullable Object version(Product product) {
        return product.version();
    }

    @Override
    public @Nullable Product load(Product base) {
        loads++;
        List<Product> found = jdbc.query("SELECT * FROM product WHERE id = ?", PRODUCT, base.id());
        afterLoad.run();
        return found.isEmpty() ? null : found.get(0);
    }

    @Override
    public Product save(Product stored, Product changed) {
        saves++;
        beforeSave.run();
        int version = Objects.requireNonNull(stored.version());
        int rows = jdbc.update(
                "UPDATE product SET name = ?, amount = ?, version = ? WHERE id = ? AND version = ?",
                changed.name(),
                changed.amount(),
                version + 1,
                stored.id(),
                version);
        if (rows == 0) {
            throw new OptimisticLockingFailureException("product " + stored.id() + " has another version");
        }
        return new Product(stored.id(), version + 1, changed.name(), changed.amount(), changed.changedAt());
    }
}
