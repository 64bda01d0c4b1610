package io.github.replicationrouting.integration.technology;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Author;
import io.github.replicationrouting.integration.support.Stack;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plain, and with every data source and connection wrapped by a decorator. */
@ParameterizedClass
@MethodSource("variants")
@ExtendWith(Applications.Extension.class)
class TechnologyIT extends TechnologyTests {

    private final boolean decorated;

    static Stream<Arguments> variants() {
        return Stack.enabled(Stack.MYSQL, Stack.MARIADB)
                .flatMap(stack -> Stream.of(Arguments.of(stack, false), Arguments.of(stack, true)));
    }

    TechnologyIT(Stack stack, boolean decorated, Applications applications) {
        super(stack, applications, decorated ? DecoratedApplication.class : TechnologyApplication.class);
        this.decorated = decorated;
    }

    @Test
    void whenSpringDataJpaIsUsedItShouldBeRouted() {
        AuthorRepository authors = app.bean(AuthorRepository.class);
        assertRouted(authors::servedBy, () -> authors.saveAndFlush(new Author(author())));
    }

    /** Spring Data's own methods are transactions of their own; declared ones are not. */
    @Test
    void whenSpringDataJpaIsUsedOutsideATransactionItsMethodShouldDecide() {
        AuthorRepository authors = app.bean(AuthorRepository.class);
        app.assertSpreadsOverReplicas(() -> app.name(authors.servedByInTransaction()));
        assertThat(app.name(authors.servedBy())).isEqualTo(app.primary());
        authors.save(new Author(author()));
        assertThat(app.countAuthorsOnPrimary(author())).isOne();
    }

    @Test
    void whenADecoratorIsUsedItShouldSeeTheConnections() {
        if (decorated) {
            AtomicInteger seen = app.bean(AtomicInteger.class);
            int before = seen.get();
            app.transactions().readOnly(app::node);
            assertThat(seen.get()).isGreaterThan(before);
        }
    }
}
