package io.github.replicationrouting.internal.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionTest {

    @AfterEach
    void end() {
        Session.restore(null);
    }

    @Test
    void whenATokenIsParsedShouldEqualTheOriginal() {
        require("0-1-42");
        String text = SessionToken.current().toString();
        SessionToken.clear();
        assertThat(SessionToken.current().isEmpty()).isTrue();

        SessionToken.parse(text).join();

        assertThat(text).matches("[A-Za-z0-9_-]+");
        assertThat(required()).isNotNull();
        assertThat(Objects.requireNonNull(required()).commits()).isEqualTo(MariaDbGtidPosition.parse("0-1-42"));
    }

    @Test
    void whenTokensAreCombinedShouldRequireWhatBothRequire() {
        SessionRequirements one = token("a", "0-1-42");
        SessionRequirements other = token("b", "0-1-43");

        Map<String, ReadRequirement> both =
                one.and(other).and(token("a", "1-1-7")).byRouter();

        assertThat(both).containsOnlyKeys("a", "b");
        assertThat(Objects.requireNonNull(both.get("a")).commits())
                .isEqualTo(MariaDbGtidPosition.parse("0-1-42,1-1-7"));
        assertThat(one.byRouter()).containsOnlyKeys("a");
    }

    @Test
    void whenManyTokensAreCombinedShouldKeepTheirTimeInsteadOfTheirPositions() {
        for (int domain = 0; domain < 1_000; domain++) {
            Session.current().join(token("test", domain + "-1-1"));
        }

        assertThat(Objects.requireNonNull(required()).untrackedAt()).isEqualTo(1);
        assertThat(SessionToken.parse(SessionToken.current().toString()).isEmpty())
                .isFalse();
    }

    private static SessionRequirements token(String router, String position) {
        return new SessionRequirements(
                Map.of(router, ReadRequirement.NONE.committed(MariaDbGtidPosition.parse(position), 1)));
    }

    @Test
    void whenAThreadHasNoSessionShouldBeginANewOne() {
        Session before = Session.current();

        new SessionThreadLocalAccessor().setValue();

        assertThat(Session.current()).isNotSameAs(before);
    }

    @Test
    void whenATextIsNoTokenShouldRejectIt() {
        for (String text : new String[] {"?", "AAAA", "x".repeat(9_000), "MQpyb3V0ZXI"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> SessionToken.parse(text));
        }
        assertThat(SessionToken.parse("").isEmpty()).isTrue();
    }

    @Test
    void whenATimeIsOfAnotherProcessShouldReadItAsItsFirstArrival() {
        long past = System.nanoTime() - 1_000;
        assertThat(ProcessTimestamp.parse(ProcessTimestamp.format(past))).isEqualTo(past);

        long before = System.nanoTime();
        long first = ProcessTimestamp.parse("fade." + Long.toHexString(7));
        assertThat(first - before).isNotNegative();
        assertThat(ProcessTimestamp.parse("fade." + Long.toHexString(7))).isEqualTo(first);
    }

    /** However many times another process sends, none of them evicts another. */
    @Test
    void whenATimeOfAnotherProcessIsOldShouldNotReadItAsNow() {
        long[] first = new long[20_000];
        for (int i = 0; i < first.length; i++) {
            first[i] = ProcessTimestamp.parse("f00d." + Long.toHexString(1_000_000_000L + i * 1_000_000L));
        }
        long before = System.nanoTime();

        for (int i = 0; i < first.length; i++) {
            long again = ProcessTimestamp.parse("f00d." + Long.toHexString(1_000_000_000L + i * 1_000_000L));
            assertThat(again - first[i]).as("never too early").isNotNegative();
            assertThat(again - before).as("never as late as now").isNegative();
        }
    }

    /** A time that was rounded up proves nothing about what came after it was written. */
    @Test
    void whenATimeWasAheadOfItsProcessShouldProveNoLaterOne() {
        long written = 5_000_000_000L;
        ProcessTimestamp.parse("beef." + Long.toHexString(written + 250), 250);
        long before = System.nanoTime();

        assertThat(ProcessTimestamp.parse("beef." + Long.toHexString(written + 100)) - before)
                .isNotNegative();
    }

    @Test
    void whenATimeIsInTheFutureShouldReadItAsNow() {
        long future = ProcessTimestamp.parse(ProcessTimestamp.format(System.nanoTime() + 3_600_000_000_000L));

        assertThat(future - System.nanoTime()).isNotPositive();
    }

    @Test
    void whenUsedSeveralTimesShouldLoadFromTheOriginOnce() {
        FakeOrigin origin = new FakeOrigin(null);
        new Session(origin).bind();
        assertThat(origin.loads).isZero();

        assertThat(required()).isNull();
        assertThat(required()).isNull();

        assertThat(origin.loads).isEqualTo(1);
    }

    @Test
    void whenTheOriginIsLoadingShouldBlockOtherThreads() throws Exception {
        require("0-1-42");
        SessionRequirements stored = Session.current().requirements();
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Session session = new Session(new Session.Origin() {
            @Override
            public SessionRequirements load() {
                loading.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return stored;
            }

            @Override
            public void changed(Session changed) {}
        });
        CompletableFuture<@Nullable ReadRequirement> found = new CompletableFuture<>();
        Thread first = new Thread(() -> session.required("test"));
        Thread second = new Thread(() -> found.complete(session.required("test")));
        first.start();
        loading.await();
        second.start();
        while (second.getState() != Thread.State.TIMED_WAITING && !found.isDone()) {
            Thread.onSpinWait();
        }
        released.countDown();

        assertThat(found.get(30, TimeUnit.SECONDS)).isNotNull();
        first.join();
    }

    /** A session store may keep its sessions in the same database. */
    @Test
    void whenAnOriginUsesTheDatabaseShouldNotAffectTheSession() {
        int[] notifications = {0};
        Session session = new Session(new Session.Origin() {
            @Override
            public @Nullable SessionRequirements load() {
                return null;
            }

            @Override
            public void changed(Session changed) {
                notifications[0]++;
                require("0-1-43");
            }
        });
        Session before = session.bind();

        require("0-1-42");

        assertThat(notifications[0]).isOne();
        assertThat(Objects.requireNonNull(required()).commits()).isEqualTo(MariaDbGtidPosition.parse("0-1-42"));
        Session.restore(before);
    }

    @Test
    void whenAnOriginFailsShouldNotFailTheCommit() {
        FakeOrigin origin = new FakeOrigin(new IllegalStateException("session store is down"));
        new Session(origin).bind();

        require("0-1-42");

        assertThat(Objects.requireNonNull(required()).commits()).isEqualTo(MariaDbGtidPosition.parse("0-1-42"));
    }

    @Test
    void whenTheOriginHasATokenShouldRequireIt() {
        assertThat(new Session(new Store()).requirements().isEmpty()).isFalse();
    }

    @Test
    void whenClearedShouldDiscardTheStoredTokenAndNotifyTheOrigin() {
        Store store = new Store();
        Session session = new Session(store);

        session.clear();

        assertThat(session.requirements().isEmpty()).isTrue();
        assertThat(store.notifications).hasValue(1);
    }

    @Test
    void whenATokenJoinsShouldKeepTheStoredTokenAndNotifyTheOrigin() {
        Store store = new Store();
        Session session = new Session(store);
        session.join(token("test", "1-1-7"));

        assertThat(Objects.requireNonNull(session.required("test")).commits())
                .isEqualTo(MariaDbGtidPosition.parse("0-1-42,1-1-7"));
        assertThat(store.notifications).hasValue(1);
    }

    @Test
    void whenNotifyingAgainShouldNotifyOnlyOfKnownRequirements() {
        Store store = new Store();
        Session session = new Session(store);
        session.notifyOriginAgain();
        assertThat(store.notifications).as("not known yet").hasValue(0);

        session.requirements();
        session.notifyOriginAgain();
        assertThat(store.notifications).hasValue(1);

        session.clear();
        session.notifyOriginAgain();
        assertThat(store.notifications).as("that it is empty, once").hasValue(2);
    }

    @Test
    void whenOneThreadHasNotifiedShouldLetAnotherNotify() throws InterruptedException {
        Store store = new Store();
        Session session = new Session(store);
        session.clear();

        Thread next = new Thread(session::clear);
        next.setDaemon(true);
        next.start();
        next.join(30_000);

        assertThat(store.notifications).hasValue(2);
    }

    /** Has one commit of the router "test", and counts the commits that are reported to it. */
    private static final class Store implements Session.Origin {

        private final AtomicInteger notifications = new AtomicInteger();

        @Override
        public SessionRequirements load() {
            return token("test", "0-1-42");
        }

        @Override
        public void changed(Session session) {
            notifications.incrementAndGet();
        }
    }

    @Test
    void whenPropagatedToAnotherThreadShouldShareTheSession() throws InterruptedException {
        Session session = Session.current();
        ContextSnapshot snapshot = ContextSnapshotFactory.builder()
                .contextRegistry(new ContextRegistry().registerThreadLocalAccessor(new SessionThreadLocalAccessor()))
                .build()
                .captureAll();

        Thread worker = new Thread(snapshot.wrap(() -> {
            assertThat(Session.current()).isSameAs(session);
            require("0-1-42");
        }));
        worker.start();
        worker.join();

        assertThat(required()).isNotNull();
    }

    @Test
    void whenMicrometerLoadsAccessorsShouldFindThatOfTheSession() {
        assertThat(ContextRegistry.getInstance().getThreadLocalAccessors())
                .anyMatch(accessor -> accessor instanceof SessionThreadLocalAccessor);
    }

    private static void require(String position) {
        Session.current().require("test", before -> before.committed(MariaDbGtidPosition.parse(position), 1), true);
    }

    private static @Nullable ReadRequirement required() {
        return Session.current().required("test");
    }

    private static final class FakeOrigin implements Session.Origin {

        private final @Nullable RuntimeException failure;
        private int loads;

        private FakeOrigin(@Nullable RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        public @Nullable SessionRequirements load() {
            loads++;
            fail();
            return null;
        }

        @Override
        public void changed(Session session) {
            fail();
        }

        private void fail() {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
