package io.github.replicationrouting.internal.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LastPromotionTest {

    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/shop"));
    private final Node db2 = new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop"));
    private final IncompletePromotion lossy = new IncompletePromotion(
            db1, db2, GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:4-5"), OptionalLong.of(2), false);
    private final LastPromotion record = new LastPromotion();

    @Test
    void whenAPromotionIsIncompleteShouldReturnItUntilAnotherNodeIsThePrimary() {
        record.promotionIncomplete(lossy);
        record.primaryChanged(null, NodeStatus.unknown(db2));
        assertThat(record.incomplete()).isEqualTo(lossy);

        record.primaryChanged(NodeStatus.unknown(db2), null);
        assertThat(record.incomplete()).isEqualTo(lossy);

        record.primaryChanged(null, NodeStatus.unknown(db1));
        assertThat(record.incomplete()).isNull();
    }
}
