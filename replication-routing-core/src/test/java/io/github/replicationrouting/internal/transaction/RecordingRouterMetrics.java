package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RouterMetrics;
import java.util.ArrayList;
import java.util.List;

/** Records the outcomes of retries. */
final class RecordingRouterMetrics implements RouterMetrics {

    final List<String> outcomes = new ArrayList<>();

    @Override
    public void retry(String kind, String outcome) {
        outcomes.add(kind + " " + outcome);
    }
}
