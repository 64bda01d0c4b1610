package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RouterMetrics;
import java.util.ArrayList;
import java.util.List;

/** Keeps what was counted. */
final class CountedRetries implements RouterMetrics {

    final List<String> outcomes = new ArrayList<>();

    @Override
    public void retry(String kind, String outcome) {
        outcomes.add(kind + " " + outcome);
    }
}
