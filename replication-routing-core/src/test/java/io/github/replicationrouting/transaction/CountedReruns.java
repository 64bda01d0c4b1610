package io.github.replicationrouting.transaction;

import io.github.replicationrouting.metrics.RouterMetrics;
import java.util.ArrayList;
import java.util.List;

/** Keeps what was counted. */
final class CountedReruns implements RouterMetrics {

    final List<String> outcomes = new ArrayList<>();

    @Override
    public void rerun(String kind, String outcome) {
        outcomes.add(kind + " " + outcome);
    }
}
