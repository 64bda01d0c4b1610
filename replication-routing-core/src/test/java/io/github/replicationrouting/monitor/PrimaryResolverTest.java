package io.github.replicationrouting.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;
import io.github.replicationrouting.dialect.ReplicationChannel;
import io.github.replicationrouting.dialect.ReplicationChannel.Receiver;
import io.github.replicationrouting.monitor.PrimaryResolver.Finding;
import io.github.replicationrouting.monitor.PrimaryResolver.Memory;
import io.github.replicationrouting.monitor.PrimaryResolver.Verdict;
import io.github.replicationrouting.monitor.PrimaryResolver.View;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrimaryResolverTest {

    private static final Replication NOWHERE = new Replication.Channels(List.of());
    private static final Replication DENIED = new Replication.NotPermitted("GRANT X");

    private final List<View> views = new ArrayList<>();
    private boolean follows;

    @Test
    void theOnlyWritableNodeIsThePrimary() {
        writable("db1", NOWHERE);
        readOnly("db2", from("db1"));
        readOnly("db3", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db1");
        assertThat(verdict.noPrimaryReason()).isNull();
        assertThat(verdict.findings())
                .extracting(Finding::role)
                .containsExactly(Role.PRIMARY, Role.REPLICA, Role.REPLICA);
    }

    @Test
    void withoutAWritableNodeTheReasonNamesEachNode() {
        dead("db1", "is down (connection refused)");
        readOnly("db2", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.noPrimaryReason())
                .isEqualTo("no node is writable: db1 is down (connection refused), db2 is read-only");
    }

    @Test
    void aDeclaredReplicaIsNeverThePrimary() {
        add("db1", true, true, DeclaredRole.REPLICA, NOWHERE);
        readOnly("db2", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.findings().get(0).role()).isEqualTo(Role.REPLICA);
        assertThat(verdict.findings().get(0).warning()).contains("declared a replica");
    }

    @Test
    void aWritableNodeThatReplicatesFromALivingOneIsItsReplica() {
        writable("db1", NOWHERE);
        writable("db2", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db1");
        assertThat(verdict.findings().get(1).role()).isEqualTo(Role.REPLICA);
        assertThat(verdict.findings().get(1).warning())
                .contains("replicates from db1")
                .contains("read_only");
    }

    @Test
    void aChannelToADeadPrimaryDoesNotCountAgainstAPromotedNode() {
        dead("db1", "is down");
        writable("db2", channel("db1", Receiver.CONNECTING, true));
        readOnly("db3", channel("db1", Receiver.CONNECTING, true));

        assertThat(primary(resolve())).isEqualTo("db2");
    }

    @Test
    void aChannelThatOnlyTriesToReachALivingSourceDoesNotCountEither() {
        writable("db1", NOWHERE);
        writable("db2", channel("db1", Receiver.CONNECTING, false));
        readOnly("db3", from("db2"));

        assertThat(primary(resolve())).isEqualTo("db2");
    }

    @Test
    void nodesThatReplicateFromEachOtherAreBothCandidates() {
        writable("db1", from("db2"));
        writable("db2", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.findings()).extracting(Finding::rival).containsExactly(true, true);
    }

    @Test
    void aReadOnlyStandbyInACircleLeavesTheOtherOnePrimary() {
        writable("db1", from("db2"));
        readOnly("db2", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db1");
        assertThat(verdict.findings().get(1).role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void ofTwoWritableNodesMostOthersDecide() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);
        readOnly("db3", from("db2"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db2");
        assertThat(verdict.findings().get(0).rival()).isTrue();
        assertThat(verdict.findings().get(0).role()).isEqualTo(Role.UNKNOWN);
        assertThat(verdict.findings().get(0).doubt()).isEqualTo("writable beside the primary db2");
    }

    @Test
    void othersCountThroughAnIntermediateSource() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);
        readOnly("db3", from("db2"));
        readOnly("db4", from("db3"));
        readOnly("db5", from("db1"));

        assertThat(primary(resolve())).isEqualTo("db2");
    }

    @Test
    void aTieDecidesNothingAndTheReasonSaysHowToSettleIt() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);
        readOnly("db3", from("db1"));
        readOnly("db4", from("db2"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.noPrimaryReason())
                .contains("db1 (at 0-1-7) and db2 (at 0-1-7)")
                .contains("replication.routing.nodes.<name>.role");
        assertThat(verdict.findings().get(0).doubt()).contains("writable like db2");
    }

    @Test
    void twoNodesAndAFreshInstanceHaveNoEvidence() {
        writable("db1", DENIED);
        writable("db2", DENIED);

        assertThat(primary(resolve())).isNull();
    }

    @Test
    void theIncumbentStaysWhileItLivesAndTheOthersDoNotSayOtherwise() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);
        readOnly("db3", NOWHERE);

        assertThat(primary(resolve(0))).isEqualTo("db1");
    }

    /** As it is for an instance that starts now: two instances must not write to two nodes. */
    @Test
    void theOthersOutweighTheViewOfOneInstance() {
        writable("db1", NOWHERE);
        promoted("db2", NOWHERE);
        readOnly("db3", from("db2"));

        assertThat(primary(resolve(0))).isEqualTo("db2");
        assertThat(primary(resolve())).isEqualTo("db2");
    }

    /** The replica followed db2 when that was the primary, and was not asked since. */
    @Test
    void whatTheOthersSaidEarlierIsNoWordAgainstALivingPrimary() {
        writable("db1", NOWHERE);
        promoted("db2", NOWHERE);
        readOnly("db3", from("db2"));

        assertThat(primary(resolve(new Memory(0, 0, false, false)))).isEqualTo("db1");
    }

    @Test
    void whereTheOthersAreSplitTheIncumbentStays() {
        writable("db1", NOWHERE);
        promoted("db2", NOWHERE);
        readOnly("db3", from("db1"));
        readOnly("db4", from("db2"));

        assertThat(primary(resolve(0))).isEqualTo("db1");
    }

    @Test
    void theOneThatWasMadeWritableWhenTheOldPrimaryWasGoneComesAfterIt() {
        writable("db1", NOWHERE);
        promoted("db2", NOWHERE);

        assertThat(primary(resolve(new Memory(-1, 0, false)))).isEqualTo("db2");
        assertThat(primary(resolve())).as("seen by nobody who knew the old one").isNull();
    }

    @Test
    void aDeclaredPrimaryDoesNotOutrankASuccessorThatWasSeenToCome() {
        add("db1", true, true, DeclaredRole.PRIMARY, NOWHERE);
        promoted("db2", NOWHERE);

        assertThat(primary(resolve(new Memory(-1, 0, false)))).isEqualTo("db2");
        assertThat(primary(resolve(1))).isEqualTo("db2");
    }

    @Test
    void onRequestTheLastPrimaryIsStuckToWhereNothingDecides() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);

        assertThat(primary(resolve(new Memory(-1, 0, true)))).isEqualTo("db1");
        assertThat(primary(resolve(new Memory(-1, 0, false)))).isNull();
        assertThat(primary(resolve(new Memory(-1, -1, true))))
                .as("a fresh instance knew none")
                .isNull();
    }

    @Test
    void aSoleWritableNodeIsNotThePrimaryWhileTheReplicasHearAnotherOutOfReach() {
        dead("db1", "is down (no answer)");
        writable("db2", NOWHERE);
        readOnly("db3", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.noPrimaryReason()).contains("db2 is writable, but the replicas hear db1");
        assertThat(verdict.findings().get(1).rival()).isTrue();
    }

    @Test
    void norWhereTheOtherHasNeverBeenReached() {
        writable("db1", NOWHERE);
        neverSeen("db2");
        readOnly("db3", from("db2"));

        assertThat(primary(resolve())).isNull();
    }

    @Test
    void aSourceThatIsNoNodeCountsAgainstNobodyWhileAllNodesAreThere() {
        writable("db1", NOWHERE);
        readOnly("db2", from("an intermediate server"));

        assertThat(primary(resolve())).isEqualTo("db1");
    }

    /** A frozen server is heard until its silence is noticed. */
    @Test
    void whoeverSawTheSuccessorComeDoesNotWaitUntilAFrozenPrimaryIsHeardNoMore() {
        dead("db1", "is down (no answer)");
        promoted("db2", NOWHERE);
        readOnly("db3", from("db1"));

        assertThat(primary(resolve(new Memory(-1, 0, false)))).isEqualTo("db2");
    }

    @Test
    void withoutTheGrantANodeThatWasWritableAllAlongIsNoSuccessor() {
        dead("db1", "is down");
        writable("db2", DENIED);

        Verdict verdict = resolve(new Memory(-1, 0, false));

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.noPrimaryReason())
                .contains("GRANT X")
                .contains("replication.routing.nodes.db2.role=primary");
        views.remove(1);
        promoted("db2", DENIED);
        assertThat(primary(resolve(new Memory(-1, 0, false)))).isEqualTo("db2");
    }

    @Test
    void theRefusalSaysWhatEachHasOfItsOwn() {
        views.add(
                new View(NodeSpec.of("db1", "jdbc:mysql://db1"), true, at("db1", "0-1-7,1-1-3"), NOWHERE, false, null));
        views.add(new View(NodeSpec.of("db2", "jdbc:mysql://db2"), true, at("db2", "0-1-9"), NOWHERE, false, null));

        assertThat(resolve().noPrimaryReason())
                .contains("db1 (at 0-1-7,1-1-3, of its own 1-1-3)")
                .contains("db2 (at 0-1-9, of its own 0-1-9)");
    }

    @Test
    void evidenceIsWeighedAnewWhenTheIncumbentIsGone() {
        dead("db1", "is down");
        writable("db2", NOWHERE);
        writable("db3", NOWHERE);
        readOnly("db4", from("db3"));

        assertThat(primary(resolve(0))).isEqualTo("db3");
    }

    @Test
    void aDeclaredPrimarySettlesWhatIsOpen() {
        writable("db1", NOWHERE);
        add("db2", true, true, DeclaredRole.PRIMARY, NOWHERE);

        assertThat(primary(resolve())).isEqualTo("db2");
    }

    @Test
    void aDeclaredPrimaryDoesNotOutrankAWitnessedSuccession() {
        writable("db1", NOWHERE);
        add("db2", true, true, DeclaredRole.PRIMARY, NOWHERE);

        assertThat(primary(resolve(0))).isEqualTo("db1");
    }

    @Test
    void whenTwoAreDeclaredPrimaryShouldNotChooseBetweenThem() {
        add("db1", true, true, DeclaredRole.PRIMARY, NOWHERE);
        add("db2", true, true, DeclaredRole.PRIMARY, NOWHERE);

        assertThat(primary(resolve())).isNull();
    }

    @Test
    void whenAnIntermediateSourceHasReplicasOfItsOwnShouldCountThemForItsSource() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);
        readOnly("db3", from("db1"));
        readOnly("db4", from("db3"));
        readOnly("db5", from("db3"));

        assertThat(primary(resolve())).isEqualTo("db1");
    }

    @Test
    void whenANodeWasNeverSeenShouldNotTakeItForASourceThatIsKnown() {
        writable("db1", NOWHERE);
        writable("db2", NOWHERE);
        neverSeen("db3");
        readOnly("db4", from("db2"));

        assertThat(primary(resolve())).isEqualTo("db2");
    }

    @Test
    void whenADeclaredReplicaWasNeverSeenShouldNotTakeItForAnUnknownSource() {
        writable("db1", NOWHERE);
        views.add(new View(
                new NodeSpec("db2", "jdbc:mysql://db2", DeclaredRole.REPLICA, NodeKind.SERVER, 1, null),
                false,
                null,
                new Replication.NotAsked(),
                false,
                "is down"));
        readOnly("db3", from("an intermediate server"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db1");
        assertThat(verdict.findings().get(1).role()).as("as promised").isEqualTo(Role.REPLICA);
    }

    @Test
    void whenAWritableReplicaStandsBeforeItsSourceShouldNameTheSource() {
        writable("db1", NOWHERE);
        writable("db2", from("db3"));
        readOnly("db3", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db1");
        assertThat(verdict.findings().get(1).warning()).contains("replicates from db1");
        views.clear();
        writable("db2", from("db1"));
        writable("db1", NOWHERE);
        assertThat(resolve().findings().get(0).warning()).contains("replicates from db1");
    }

    @Test
    void whenTheReplicasHearAnotherOutOfReachShouldNameAllThatAreWritable() {
        dead("db1", "is down (no answer)");
        writable("db2", NOWHERE);
        writable("db3", NOWHERE);
        readOnly("db4", from("db1"));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isNull();
        assertThat(verdict.noPrimaryReason())
                .startsWith("db2 and db3 are writable, but the replicas hear db1, which this application cannot reach");
    }

    @Test
    void whenNoNodeTakesWritesShouldSayWhatHindersEach() {
        add("db1", true, true, DeclaredRole.REPLICA, NOWHERE);
        MariaDbGtidPosition position = MariaDbGtidPosition.parse("0-1-7");
        views.add(new View(
                NodeSpec.of("db2", "jdbc:mysql://db2"),
                true,
                new Observation("MariaDB 11.4.5", "id-db2", false, true, position, position),
                NOWHERE,
                false,
                null));

        assertThat(resolve().noPrimaryReason())
                .isEqualTo("no node is writable: db1 is declared a replica, but writable, db2 is offline");
    }

    @Test
    void aReadOnlyServerThatReplicatesNothingIsNoReplica() {
        writable("db1", NOWHERE);
        readOnly("db2", NOWHERE);
        follows = true;

        Finding finding = resolve().findings().get(1);

        assertThat(finding.role()).isEqualTo(Role.UNKNOWN);
        assertThat(finding.doubt()).isEqualTo("read-only, but replicates from nowhere");
    }

    @Test
    void unlessItIsDeclaredToBeOne() {
        writable("db1", NOWHERE);
        add("db2", true, false, DeclaredRole.REPLICA, NOWHERE);

        assertThat(resolve().findings().get(1).role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void withoutTheGrantAPositionThatFollowsShowsAReplica() {
        writable("db1", DENIED);
        readOnly("db2", DENIED);

        follows = true;
        assertThat(resolve().findings().get(1).role()).isEqualTo(Role.REPLICA);

        follows = false;
        assertThat(resolve().findings().get(1).role()).isEqualTo(Role.UNKNOWN);
        assertThat(resolve().findings().get(1).doubt()).contains("GRANT X");
    }

    @Test
    void oneServerUnderTwoNamesIsAMistake() {
        writable("db1", NOWHERE);
        views.add(new View(
                NodeSpec.of("db2", "jdbc:mysql://db2/"), true, observation("db1", false), NOWHERE, false, null));

        Verdict verdict = resolve();

        assertThat(primary(verdict)).isEqualTo("db1");
        assertThat(verdict.findings().get(1).role()).isEqualTo(Role.UNKNOWN);
        assertThat(verdict.findings().get(1).warning()).contains("the same server as db1");
    }

    @Test
    void anEndpointMayBeAServerThatHasANameToo() {
        writable("db1", NOWHERE);
        views.add(new View(
                new NodeSpec("reader", "jdbc:mysql://reader/", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null),
                true,
                observation("db1", false),
                NOWHERE,
                false,
                null));

        assertThat(resolve().findings().get(1).role()).isEqualTo(Role.REPLICA);
    }

    private Verdict resolve() {
        return resolve(-1);
    }

    private Verdict resolve(int incumbent) {
        return resolve(new Memory(incumbent, incumbent, false));
    }

    private Verdict resolve(Memory memory) {
        return PrimaryResolver.resolve(views, memory, executed -> follows);
    }

    /** This instance saw it change from read-only to writable. */
    private void promoted(String name, Replication replication) {
        writable(name, replication);
        View view = views.remove(views.size() - 1);
        views.add(new View(view.spec(), view.alive(), view.observation(), view.replication(), true, null));
    }

    private void neverSeen(String name) {
        views.add(new View(
                NodeSpec.of(name, "jdbc:mysql://" + name), false, null, new Replication.NotAsked(), false, "is down"));
    }

    private @Nullable String primary(Verdict verdict) {
        return verdict.primary() < 0
                ? null
                : views.get(verdict.primary()).spec().name();
    }

    private void writable(String name, Replication replication) {
        add(name, true, true, DeclaredRole.AUTO, replication);
    }

    private void readOnly(String name, Replication replication) {
        add(name, true, false, DeclaredRole.AUTO, replication);
    }

    private void dead(String name, String absence) {
        views.add(new View(
                NodeSpec.of(name, "jdbc:mysql://" + name), false, observation(name, false), NOWHERE, false, absence));
    }

    private void add(String name, boolean alive, boolean writable, DeclaredRole declared, Replication replication) {
        views.add(new View(
                new NodeSpec(name, "jdbc:mysql://" + name, declared, NodeKind.SERVER, 1, null),
                alive,
                observation(name, !writable),
                replication,
                false,
                null));
    }

    private static Observation at(String name, String written) {
        MariaDbGtidPosition position = MariaDbGtidPosition.parse(written);
        return new Observation("MariaDB 11.4.5", "id-" + name, false, false, position, position);
    }

    private static Observation observation(String name, boolean readOnly) {
        MariaDbGtidPosition position = MariaDbGtidPosition.parse("0-1-7");
        return new Observation("MariaDB 11.4.5", "id-" + name, readOnly, false, position, position);
    }

    private static Replication from(String source) {
        return channel(source, Receiver.ON, true);
    }

    private static Replication channel(String source, Receiver receiver, boolean applying) {
        return new Replication.Channels(List.of(new ReplicationChannel(
                "", source, 3306, "id-" + source, null, receiver, applying, Duration.ZERO, Duration.ZERO, 0)));
    }
}
