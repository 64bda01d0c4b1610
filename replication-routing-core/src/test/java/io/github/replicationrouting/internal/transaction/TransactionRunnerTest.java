package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.ModifiedByPreviousAttemptException;
import io.github.replicationrouting.internal.routing.Access;
import io.github.replicationrouting.internal.routing.ArgumentState;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class TransactionRunnerTest {

    private final CountedRetries counted = new CountedRetries();
    private final AtomicLong now = new AtomicLong();
    private final TransactionRunner runner = runnerWith();
    private final DefaultTransactionDefinition readOnly = readOnly();
    private int runs;

    @AfterEach
    void leaveTheThreadClean() {
        assertThat(RetryContext.current()).isNull();
        TransactionSynchronizationManager.clear();
        assertThat(Thread.interrupted()).isFalse();
    }

    private TransactionRunner runnerWith(RetryGuard... guards) {
        return new TransactionRunner(List.of(new LostReadRetryPolicy(2)), List.of(guards), counted, now::get);
    }

    private static DefaultTransactionDefinition readOnly() {
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
        definition.setReadOnly(true);
        definition.setName("Shop.list");
        return definition;
    }

    @Test
    void whenNothingHappensShouldRunOnceAndCountNothing() throws Throwable {
        assertThat(runner.<String>run(readOnly, () -> "run " + ++runs)).isEqualTo("run 1");
        assertThat(counted.outcomes).isEmpty();
    }

    @Test
    void whenTheNodeIsLostShouldRunAgainElsewhere() throws Throwable {
        String result = runner.run(readOnly, () -> {
            if (++runs == 1) {
                throw Lost.node("db2");
            }
            return "avoids " + RetryContext.intentOf(Access.READ).avoided();
        });

        assertThat(result).isEqualTo("avoids [db2]");
        assertThat(counted.outcomes).containsExactly("read succeeded");
    }

    @Test
    void whenNodesAreLostAgainAndAgainShouldGiveUpWithTheFirstFailure() {
        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            throw Lost.node("db" + ++runs);
        }));

        assertThat(runs).isEqualTo(3);
        assertThat(failure).isInstanceOf(Lost.class).hasMessage("lost db1");
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("lost db2", "lost db3");
        assertThat(counted.outcomes).containsExactly("read failed");
    }

    @Test
    void whenTheSameExceptionComesAgainShouldThrowItAsItIs() {
        RuntimeException same = new RuntimeException("cached");
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    runs++;
                    Lost.node("db2");
                    throw same;
                }))
                .isSameAs(same)
                .hasNoSuppressedExceptions();
        assertThat(runs).isEqualTo(3);
    }

    @Test
    void whenTheApplicationFailsShouldNotRunAgain() {
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    runs++;
                    throw new IllegalArgumentException("no such book");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoSuppressedExceptions();
        assertThat(runs).isOne();
        assertThat(counted.outcomes).isEmpty();
    }

    @Test
    void whenTheApplicationFailsInTheNextRunThatShouldBeTheResultWithTheLossBesideIt() {
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    if (++runs == 1) {
                        throw Lost.node("db2");
                    }
                    throw new IllegalArgumentException("no such book");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasExactlyElementsOfTypes(Lost.class));
        assertThat(counted.outcomes).containsExactly("read failed");
    }

    @Test
    void whenAnObjectWasChangedByTheFirstRunShouldTellTheFirstFailureAndWhy() {
        Lost lost = Lost.node("db2");
        int[] given = {1};

        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            give(given);
            if (++runs == 1) {
                given[0] = 3;
                Lost.node("db2");
                throw lost;
            }
            return "done";
        }));

        assertThat(failure).isSameAs(lost);
        assertThat(failure.getSuppressed())
                .hasExactlyElementsOfTypes(ModifiedByPreviousAttemptException.class, RetryRefusedException.class);
        assertThat(counted.outcomes).containsExactly("read entities");
    }

    @Test
    void whenWhatAFrameworkChangedIsTakenBackShouldRunAgain() throws Throwable {
        int[] given = {1};

        int result = runner.run(readOnly, () -> {
            give(given);
            // As a framework that gives it an id.
            given[0] = -1;
            if (++runs == 1) {
                throw Lost.node("db2");
            }
            return given[0];
        });

        assertThat(result).isEqualTo(-1);
        assertThat(counted.outcomes).containsExactly("read succeeded");
    }

    @Test
    void whenTooManyObjectsWereGivenShouldNotRunAgain() {
        refused("entities", "too many", runner, () -> {
            for (int i = 0; i < 2000; i++) {
                give(new int[1]);
            }
        });
    }

    private static void give(int[] object) {
        RetryContext.recordArgument(object, ArgumentState.class, () -> {
            int before = object[0];
            return new ArgumentState() {
                @Override
                public boolean isUnchanged() {
                    return object[0] == before;
                }

                @Override
                public void restore() {
                    if (object[0] < 0) {
                        object[0] = before;
                    }
                }
            };
        });
    }

    @Test
    void whenNoNodeTakesTheNextRunShouldTellTheLossFirst() {
        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            if (++runs == 1) {
                throw Lost.node("db2");
            }
            RetryContext.unserved();
            throw new IllegalStateException("nobody left");
        }));

        assertThat(failure).isInstanceOf(Lost.class);
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("nobody left");
        assertThat(counted.outcomes).containsExactly("read failed");
    }

    /** What the first run met says that nothing was done, and a later one may have done it. */
    @Test
    void whenALaterRunMayHaveCommittedShouldTellThatFirst() {
        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            if (++runs == 1) {
                throw Lost.node("db2");
            }
            RetryContext.committed();
            RetryContext.unserved();
            throw new IllegalStateException("outcome unknown");
        }));

        assertThat(failure).hasMessage("outcome unknown");
        assertThat(failure.getSuppressed()).hasExactlyElementsOfTypes(Lost.class);
    }

    @Test
    void whenAnErrorIsThrownShouldNotRunAgain() {
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    runs++;
                    Lost.node("db2");
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(runs).isOne();
    }

    @Test
    void whenSomethingInsideHasCommittedShouldNotRunAgainAndSaySo() {
        refused("committed-elsewhere", "something inside has committed", runner, RetryContext::committed);
    }

    @Test
    void whenSomethingInsideMustNotBeDoneTwiceShouldNotRunAgain() {
        refused("no-retry", "@NoRetry", runner, () -> {
            Objects.requireNonNull(RetryContext.current()).forbid();
        });
    }

    @Test
    void whenTheTimeoutIsOverShouldNotRunAgain() {
        readOnly.setTimeout(2);
        refused(
                "timeout",
                "timeout",
                runner,
                () -> now.addAndGet(Duration.ofSeconds(2).toNanos()));
    }

    @Test
    void whenTheThreadIsInterruptedShouldNotRunAgain() {
        refused("interrupted", "interrupted", runner, () -> Thread.currentThread()
                .interrupt());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whenAGuardSaysNoFromTheStartShouldNotRunAgain() {
        RetryGuard guard = new RetryGuard() {
            @Override
            public @Nullable RetryRefusal refusalAtStart() {
                return runs == 0 ? RetryRefusal.PERSISTENCE_CONTEXT : null;
            }
        };
        refused("persistence-context", "persistence context", runnerWith(guard), () -> {});
    }

    @Test
    void whenAGuardSaysNoAfterTheFailureShouldNotRunAgain() {
        RetryGuard guard = new RetryGuard() {
            @Override
            public @Nullable RetryRefusal refusal() {
                return runs == 1 ? RetryRefusal.RESPONSE_COMMITTED : null;
            }
        };
        refused("response-committed", "web response", runnerWith(guard), () -> {});
    }

    @Test
    void whenAGuardCannotMakeReadyShouldNotRunAgain() {
        RetryGuard guard = new RetryGuard() {
            @Override
            public void beforeRetry() {
                throw new IllegalStateException("cannot clear");
            }
        };
        refused("unready", "could not be made ready", runnerWith(guard), () -> {});
    }

    private void refused(String label, String words, TransactionRunner refusing, Runnable inside) {
        Throwable failure = catchThrowable(() -> refusing.run(readOnly, () -> {
            runs++;
            inside.run();
            throw Lost.node("db2");
        }));

        assertThat(runs).isOne();
        assertThat(failure).isInstanceOf(Lost.class);
        assertThat(failure.getSuppressed()).singleElement().satisfies(note -> assertThat(note)
                .hasMessageContaining("Not run again, although node db2 was lost")
                .hasMessageContaining(words));
        assertThat(counted.outcomes).containsExactly("read " + label);
    }

    @Test
    void shouldMakeReadyBeforeEachNextRun() throws Throwable {
        List<String> order = new ArrayList<>();
        RetryGuard guard = new RetryGuard() {
            @Override
            public void beforeRetry() {
                order.add("ready");
            }
        };
        runnerWith(guard).<String>run(readOnly, () -> {
            order.add("run");
            if (++runs < 3) {
                throw Lost.node("db2");
            }
            return "";
        });
        assertThat(order).containsExactly("run", "ready", "run", "ready", "run");
    }

    @Test
    void shouldCoverOnlyOutermostReadOnlyTransactions() {
        assertThat(runner.covers(readOnly)).isTrue();
        assertThat(runner.covers(new DefaultTransactionDefinition())).isFalse();

        DefaultTransactionDefinition supports = readOnly();
        supports.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);
        assertThat(runner.covers(supports)).isFalse();

        TransactionSynchronizationManager.setActualTransactionActive(true);
        assertThat(runner.covers(readOnly)).isFalse();
    }

    @Test
    void aTransactionInsideAnotherShouldBeRunAgainWithThatOnly() throws Throwable {
        List<String> order = new ArrayList<>();
        runner.<String>run(readOnly, () -> {
            order.add("outer");
            return runner.run(readOnly, () -> {
                order.add("inner");
                if (++runs == 1) {
                    throw Lost.node("db2");
                }
                return "";
            });
        });
        assertThat(order).containsExactly("outer", "inner", "outer", "inner");
    }

    @Test
    void whenNoRetriesAreAllowedShouldCoverNothing() {
        assertThat(new TransactionRunner(List.of(new LostReadRetryPolicy(0)), List.of(), counted).covers(readOnly))
                .isFalse();
    }

    @Test
    void aPolicyOfAnotherKindShouldWaitBetweenItsRuns() throws Throwable {
        RetryPolicy conflicts = new RetryPolicy() {
            @Override
            public String kind() {
                return "conflict";
            }

            @Override
            public boolean covers(TransactionDefinition definition) {
                return true;
            }

            @Override
            public @Nullable String reason(RetryContext record) {
                return record.isRolledBack() ? "the server rolled it back" : null;
            }

            @Override
            public int limit() {
                return 1;
            }

            @Override
            public Duration pauseBefore(int retry) {
                return Duration.ofMillis(20L * retry);
            }
        };
        TransactionRunner both =
                new TransactionRunner(List.of(new LostReadRetryPolicy(2), conflicts), List.of(), counted);
        long began = System.nanoTime();
        both.<String>run(new DefaultTransactionDefinition(), () -> {
            if (++runs == 1) {
                RetryContext.rolledBack();
                throw new IllegalStateException("deadlock");
            }
            return "";
        });
        assertThat(runs).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        assertThat(counted.outcomes).containsExactly("conflict succeeded");
    }
}
