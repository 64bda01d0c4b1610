package io.github.replicationrouting.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.Comparator;
import org.junit.jupiter.api.Test;

class ConflictResolverTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** A time may be null, which NullAway does not see in the parameter of a type that is inferred. */
    @SuppressWarnings("NullAway")
    private final ConflictResolver<Product> lastWriteWins =
            ConflictResolver.lastWriteWins(Product::changedAt, Comparator.comparing(Product::name));

    private final Product base = new Product("base", 1).changedAt(NOON);
    private final Product coffee = new Product("coffee", 2);
    private final Product tea = new Product("tea", 3);

    @Test
    void whenMineIsKeptShouldReturnMine() {
        assertThat(ConflictResolver.<Product>keepMine().resolve(base, coffee, tea))
                .isSameAs(coffee);
    }

    @Test
    void whenTheirsIsKeptShouldReturnNothingToWrite() {
        assertThat(ConflictResolver.<Product>keepTheirs().resolve(base, coffee, tea))
                .isNull();
    }

    @Test
    void whenMineIsLaterShouldReturnMine() {
        Product mine = after(coffee, 2);

        assertThat(lastWriteWins.resolve(base, mine, after(tea, 1))).isSameAs(mine);
    }

    @Test
    void whenTheirsIsLaterShouldReturnNothingToWrite() {
        assertThat(lastWriteWins.resolve(base, after(coffee, 1), after(tea, 2))).isNull();
    }

    @Test
    void whenTimesAreEqualShouldChooseTheSameOnEachClient() {
        Product first = after(coffee, 1);
        Product second = after(tea, 1);

        assertThat(lastWriteWins.resolve(base, first, second)).isNull();
        assertThat(lastWriteWins.resolve(base, second, first)).isSameAs(second);
    }

    @Test
    void whenTimesAreEqualAndTheTieBreakFindsNoDifferenceShouldReturnNothingToWrite() {
        assertThat(lastWriteWins.resolve(base, after(tea, 1), after(tea.withAmount(7), 1)))
                .isNull();
    }

    /** The caller has kept the time of what was loaded, or a clock went back. */
    @Test
    void whenMineIsNotLaterThanBaseShouldRefuse() {
        assertRefused(coffee.changedAt(NOON), after(tea, 1), "mine");
        assertRefused(after(coffee, -1), after(tea, 1), "mine");
    }

    /** Others do not set the time, or a clock went back: mine would win each time. */
    @Test
    void whenTheirsIsNotLaterThanBaseShouldRefuse() {
        assertRefused(after(coffee, 1), tea.changedAt(NOON), "theirs");
        assertRefused(after(coffee, 1), after(tea, -1), "theirs");
    }

    @Test
    void whenATimeIsMissingShouldRefuse() {
        assertRefused(coffee.changedAt(null), after(tea, 1), "mine");
        assertRefused(after(coffee, 1), tea.changedAt(null), "theirs");
        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> lastWriteWins.resolve(base.changedAt(null), after(coffee, 1), after(tea, 1)))
                .withMessageContainingAll("base", "null");
    }

    private void assertRefused(Product mine, Product theirs, String named) {
        assertThatExceptionOfType(UnresolvedConflictException.class)
                .isThrownBy(() -> lastWriteWins.resolve(base, mine, theirs))
                .withMessageContainingAll(named, "database");
    }

    private static Product after(Product product, int seconds) {
        return product.changedAt(NOON.plusSeconds(seconds));
    }
}
