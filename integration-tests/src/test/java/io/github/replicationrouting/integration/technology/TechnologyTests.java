package io.github.replicationrouting.integration.technology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.util.UUID;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Each technology once: a read-only transaction on a replica, a write on the primary, and a refused write explained.
 */
abstract class TechnologyTests {

    final TestApplication app;
    private final String author = UUID.randomUUID().toString();

    TechnologyTests(Stack stack, Applications applications, Class<?> configuration) {
        app = applications.get(stack, configuration, TestApplication.PATIENT);
    }

    @Test
    void whenJdbcTemplateIsUsedItShouldBeRouted() {
        JdbcTemplate jdbc = app.bean(JdbcTemplate.class);
        assertRouted(
                () -> jdbc.queryForObject("SELECT @@server_id", Long.class),
                () -> jdbc.update("INSERT INTO author (name) VALUES (?)", author));
    }

    @Test
    void whenJdbcClientIsUsedItShouldBeRouted() {
        JdbcClient jdbc = app.bean(JdbcClient.class);
        assertRouted(() -> jdbc.sql("SELECT @@server_id").query(Long.class).single(), () -> jdbc.sql(
                        "INSERT INTO author (name) VALUES (:name)")
                .param("name", author)
                .update());
    }

    @Test
    void whenSpringDataJdbcIsUsedItShouldBeRouted() {
        AuthorRowRepository authors = app.bean(AuthorRowRepository.class);
        assertRouted(authors::servedBy, () -> authors.save(new AuthorRow(null, author)));
    }

    @Test
    void whenMyBatisIsUsedItShouldBeRouted() {
        AuthorMapper mapper = app.bean(AuthorMapper.class);
        assertRouted(mapper::servedBy, () -> mapper.insert(author));
    }

    @Test
    void whenJooqIsUsedItShouldBeRouted() {
        DSLContext dsl = app.bean(DSLContext.class);
        assertRouted(
                () -> dsl.select(DSL.field("@@server_id", Long.class))
                        .fetchSingle()
                        .value1(),
                () -> dsl.insertInto(DSL.table("author"), DSL.field("name"))
                        .values(author)
                        .execute());
    }

    void assertRouted(Supplier<Long> servedBy, Runnable writing) {
        app.assertSpreadsOverReplicas(() -> app.name(app.transactions().readOnly(servedBy)));

        String written = app.transactions().write(() -> {
            writing.run();
            return app.name(servedBy.get());
        });
        assertThat(written).isEqualTo(app.primary());
        assertThat(app.countAuthorsOnPrimary(author)).isOne();

        assertThatThrownBy(() -> app.transactions().readOnly(() -> {
                    writing.run();
                    return null;
                }))
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasStackTraceContaining("A write in a read-only transaction");
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    String author() {
        return author;
    }
}
