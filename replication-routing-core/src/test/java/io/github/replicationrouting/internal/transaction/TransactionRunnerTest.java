package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.ModifiedByPreviousAttemptException;
import io.github.replicationrouting.internal.routing.ArgumentState;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.FailedAttempt;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryPolicy;
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

    private final RecordingRouterMetrics metrics = new RecordingRouterMetrics();
    private final AtomicLong now = new AtomicLong();
    private final TransactionRunner runner = runnerWith();
    private final DefaultTransactionDefinition readOnly = readOnly();
    private int attempts;

    @AfterEach
    void checkThread() {
        assertThat(RetryContext.current()).isNull();
        TransactionSynchronizationManager.clear();
        assertThat(Thread.interrupted()).isFalse();
    }

    private TransactionRunner runnerWith(RetryGuard... guards) {
        return new TransactionRunner(
                "dataSource", List.of(new LostReadRetryPolicy(2)), List.of(guards), metrics, now::get);
    }

    private static DefaultTransactionDefinition readOnly() {
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
        definition.setReadOnly(true);
        definition.setName("Shop.list");
        return definition;
    }

    @Test
    void whenNothingFailsShouldMakeOneAttemptAndCountNothing() throws Throwable {
        assertThat(runner.<String>run(readOnly, () -> "attempt " + ++attempts)).isEqualTo("attempt 1");
        assertThat(metrics.outcomes).isEmpty();
    }

    @Test
    void whenNodeIsLostShouldRetryOnAnotherNode() throws Throwable {
        String result = runner.run(readOnly, () -> {
            if (++attempts == 1) {
                throw LostNodeException.on("db2");
            }
            return "avoids " + RetryContext.intentOf(Access.READ).avoided();
        });

        assertThat(result).isEqualTo("avoids [db2]");
        assertThat(metrics.outcomes).containsExactly("read succeeded");
    }

    @Test
    void whenRetriesAreExhaustedShouldThrowTheFirstFailure() {
        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            throw LostNodeException.on("db" + ++attempts);
        }));

        assertThat(attempts).isEqualTo(3);
        assertThat(failure).isInstanceOf(LostNodeException.class).hasMessage("lost db1");
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("lost db2", "lost db3");
        assertThat(metrics.outcomes).containsExactly("read failed");
    }

    @Test
    void whenEveryAttemptThrowsTheSameExceptionShouldThrowItUnchanged() {
        RuntimeException same = new RuntimeException("cached");
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    attempts++;
                    LostNodeException.on("db2");
                    throw same;
                }))
                .isSameAs(same)
                .hasNoSuppressedExceptions();
        assertThat(attempts).isEqualTo(3);
    }

    @Test
    void whenApplicationFailsShouldNotRetry() {
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    attempts++;
                    throw new IllegalArgumentException("no such book");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoSuppressedExceptions();
        assertThat(attempts).isOne();
        assertThat(metrics.outcomes).isEmpty();
    }

    @Test
    void whenApplicationFailsInTheRetryShouldThrowThatWithTheLossSuppressed() {
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    if (++attempts == 1) {
                        throw LostNodeException.on("db2");
                    }
                    throw new IllegalArgumentException("no such book");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).hasExactlyElementsOfTypes(LostNodeException.class));
        assertThat(metrics.outcomes).containsExactly("read failed");
    }

    @Test
    void whenObjectWasChangedByTheFirstAttemptShouldThrowTheFirstFailureWithTheReason() {
        LostNodeException lost = LostNodeException.on("db2");
        int[] argument = {1};

        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            recordArgument(argument);
            if (++attempts == 1) {
                argument[0] = 3;
                LostNodeException.on("db2");
                throw lost;
            }
            return "done";
        }));

        assertThat(failure).isSameAs(lost);
        assertThat(failure.getSuppressed())
                .hasExactlyElementsOfTypes(ModifiedByPreviousAttemptException.class, RetryRefusedException.class);
        assertThat(metrics.outcomes).containsExactly("read entities");
    }

    @Test
    void whenArgumentIsRestoredShouldRetry() throws Throwable {
        int[] argument = {1};

        int result = runner.run(readOnly, () -> {
            recordArgument(argument);
            // As a framework that gives it an id.
            argument[0] = -1;
            if (++attempts == 1) {
                throw LostNodeException.on("db2");
            }
            return argument[0];
        });

        assertThat(result).isEqualTo(-1);
        assertThat(metrics.outcomes).containsExactly("read succeeded");
    }

    @Test
    void whenTooManyArgumentsAreRecordedShouldNotRetry() {
        assertRefused("entities", "too many", runner, () -> {
            for (int i = 0; i < 2000; i++) {
                recordArgument(new int[1]);
            }
        });
    }

    private static void recordArgument(int[] object) {
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
    void whenNoNodeServesTheRetryShouldThrowTheLoss() {
        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            if (++attempts == 1) {
                throw LostNodeException.on("db2");
            }
            RetryContext.unserved();
            throw new IllegalStateException("no node left");
        }));

        assertThat(failure).isInstanceOf(LostNodeException.class);
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("no node left");
        assertThat(metrics.outcomes).containsExactly("read failed");
    }

    /** The first failure implies that nothing was done, but the retry may have committed. */
    @Test
    void whenRetryMayHaveCommittedShouldThrowItsFailure() {
        Throwable failure = catchThrowable(() -> runner.run(readOnly, () -> {
            if (++attempts == 1) {
                throw LostNodeException.on("db2");
            }
            RetryContext.committed();
            RetryContext.unserved();
            throw new IllegalStateException("outcome unknown");
        }));

        assertThat(failure).hasMessage("outcome unknown");
        assertThat(failure.getSuppressed()).hasExactlyElementsOfTypes(LostNodeException.class);
    }

    @Test
    void whenErrorIsThrownShouldNotRetry() {
        assertThatThrownBy(() -> runner.run(readOnly, () -> {
                    attempts++;
                    LostNodeException.on("db2");
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(attempts).isOne();
    }

    @Test
    void whenWorkInsideHasCommittedShouldNotRetry() {
        assertRefused("committed-elsewhere", "work inside it was committed", runner, RetryContext::committed);
    }

    @Test
    void whenRetryIsForbiddenShouldNotRetry() {
        assertRefused("no-retry", "@NoRetry", runner, () -> {
            Objects.requireNonNull(RetryContext.current()).forbid();
        });
    }

    @Test
    void whenTimeoutHasExpiredShouldNotRetry() {
        readOnly.setTimeout(2);
        assertRefused(
                "timeout",
                "timeout",
                runner,
                () -> now.addAndGet(Duration.ofSeconds(2).toNanos()));
    }

    @Test
    void whenThreadIsInterruptedShouldNotRetry() {
        assertRefused("interrupted", "interrupted", runner, () -> Thread.currentThread()
                .interrupt());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whenGuardRefusesAtTheStartShouldNotRetry() {
        RetryGuard guard = new RetryGuard() {
            @Override
            public @Nullable RetryRefusal refusalAtStart() {
                return attempts == 0 ? RetryRefusal.PERSISTENCE_CONTEXT : null;
            }
        };
        assertRefused("persistence-context", "persistence context", runnerWith(guard), () -> {});
    }

    @Test
    void whenGuardRefusesAfterTheFailureShouldNotRetry() {
        RetryGuard guard = new RetryGuard() {
            @Override
            public @Nullable RetryRefusal refusal() {
                return attempts == 1 ? RetryRefusal.RESPONSE_COMMITTED : null;
            }
        };
        assertRefused("response-committed", "web response", runnerWith(guard), () -> {});
    }

    @Test
    void whenGuardFailsToRestoreShouldNotRetry() {
        RetryGuard guard = new RetryGuard() {
            @Override
            public void beforeRetry() {
                throw new IllegalStateException("cannot clear");
            }
        };
        assertRefused("unready", "could not be restored", runnerWith(guard), () -> {});
    }

    private void assertRefused(String label, String description, TransactionRunner refusing, Runnable inside) {
        Throwable failure = catchThrowable(() -> refusing.run(readOnly, () -> {
            attempts++;
            inside.run();
            throw LostNodeException.on("db2");
        }));

        assertThat(attempts).isOne();
        assertThat(failure).isInstanceOf(LostNodeException.class);
        assertThat(failure.getSuppressed()).singleElement().satisfies(note -> assertThat(note)
                .hasMessageContaining("not retried although node db2 was lost")
                .hasMessageContaining(description));
        assertThat(metrics.outcomes).containsExactly("read " + label);
    }

    @Test
    void whenRetryingShouldCallGuardsBeforeEachRetry() throws Throwable {
        List<String> order = new ArrayList<>();
        RetryGuard guard = new RetryGuard() {
            @Override
            public void beforeRetry() {
                order.add("restore");
            }
        };
        runnerWith(guard).<String>run(readOnly, () -> {
            order.add("attempt");
            if (++attempts < 3) {
                throw LostNodeException.on("db2");
            }
            return "";
        });
        assertThat(order).containsExactly("attempt", "restore", "attempt", "restore", "attempt");
    }

    @Test
    void whenTransactionIsNotOutermostAndReadOnlyShouldNotRetryIt() {
        assertThat(runner.mayRetry(readOnly)).isTrue();
        assertThat(runner.mayRetry(new DefaultTransactionDefinition())).isFalse();

        DefaultTransactionDefinition supports = readOnly();
        supports.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);
        assertThat(runner.mayRetry(supports)).isFalse();

        TransactionSynchronizationManager.setActualTransactionActive(true);
        assertThat(runner.mayRetry(readOnly)).isFalse();
    }

    @Test
    void whenTransactionIsInsideAnotherShouldRetryTheOuterOne() throws Throwable {
        List<String> order = new ArrayList<>();
        runner.<String>run(readOnly, () -> {
            order.add("outer");
            return runner.run(readOnly, () -> {
                order.add("inner");
                if (++attempts == 1) {
                    throw LostNodeException.on("db2");
                }
                return "";
            });
        });
        assertThat(order).containsExactly("outer", "inner", "outer", "inner");
    }

    @Test
    void whenNoRetriesAreAllowedShouldRetryNothing() {
        assertThat(new TransactionRunner("dataSource", List.of(new LostReadRetryPolicy(0)), List.of(), metrics)
                        .mayRetry(readOnly))
                .isFalse();
    }

    @Test
    void whenPolicyHasABackoffShouldWaitBeforeTheRetry() throws Throwable {
        RetryPolicy conflicts = new RetryPolicy() {
            @Override
            public String kind() {
                return "conflict";
            }

            @Override
            public boolean appliesTo(TransactionDefinition definition) {
                return true;
            }

            @Override
            public @Nullable String reason(FailedAttempt attempt) {
                return attempt.isRolledBack() ? "the server rolled it back" : null;
            }

            @Override
            public int maxRetries() {
                return 1;
            }

            @Override
            public Duration backoff(int retry) {
                return Duration.ofMillis(20L * retry);
            }
        };
        TransactionRunner both =
                new TransactionRunner("dataSource", List.of(new LostReadRetryPolicy(2), conflicts), List.of(), metrics);
        long began = System.nanoTime();
        both.<String>run(new DefaultTransactionDefinition(), () -> {
            if (++attempts == 1) {
                RetryContext.rolledBack();
                throw new IllegalStateException("deadlock");
            }
            return "";
        });
        assertThat(attempts).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        assertThat(metrics.outcomes).containsExactly("conflict succeeded");
    }
}
