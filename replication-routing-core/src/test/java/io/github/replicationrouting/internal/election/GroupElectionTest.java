package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.GroupMembership.Kind;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GroupElectionTest {

    private final Group group = new Group("db1", "db2", "db3");

    // --- one writer of several members

    @Test
    void whenNothingIsWrittenShouldChooseTheLowestMemberOnceAllWereObserved() {
        group.probe();
        assertThat(group.result().reason()).isEqualTo(Reason.PENDING);

        group.probe();

        assertThat(group.primary()).isEqualTo("db1");
        assertThat(group.writers()).containsExactly("db1");
        assertThat(group.assessment("db2").role()).isEqualTo(Role.PRIMARY);
    }

    @Test
    void whenAnInstanceStartsShouldFollowTheMemberThatIsWrittenTo() {
        group.probe();
        group.member("db2").writes(1);

        group.probe();

        assertThat(group.primary()).isEqualTo("db2");
    }

    @Test
    void whenPrioritiesAreDeclaredShouldPreferTheHighest() {
        Group declared = new Group("db1").add("db2", 5).add("db3", 1);

        declared.probes(2);

        assertThat(declared.primary()).isEqualTo("db2");
    }

    @Test
    void whenTheWriterIsExcludedShouldChooseTheNext() {
        group.probes(2);
        group.member("db1").down();
        group.member("db2").view(4, 2);
        group.member("db3").view(4, 2);

        group.probe();

        assertThat(group.primary()).isEqualTo("db2");
    }

    @Test
    void whenAGaleraClusterHasNotExcludedTheLostWriterShouldHoldWrites() {
        group.probes(2);
        group.member("db1").down();

        group.probe();

        assertThat(group.writers()).isEmpty();
        assertThat(group.result().noPrimaryReason()).contains("db1 is down").contains("has not excluded it yet");
        group.probes(18);
        assertThat(group.primary())
                .as("only this application does not reach it")
                .isEqualTo("db2");
    }

    @Test
    void whenAReplicationGroupLosesItsWriterShouldNotWaitForItsExclusion() {
        for (String name : new String[] {"db1", "db2", "db3"}) {
            group.member(name).kind(Kind.GROUP_REPLICATION);
        }
        group.probes(2);
        group.member("db1").down();

        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    @Test
    void whenTheFormerWriterReturnsShouldNotGoBack() {
        group.probes(2);
        loseDb1();

        returnOfDb1();

        assertThat(group.probes(5).primary()).isEqualTo("db2");
    }

    /** Its first answer shows what it wrote before it was lost, whenever that was. */
    @Test
    void whenTheFormerWriterReturnsShouldNotTakeWhatItWroteBeforeForNew() {
        group.probes(10);
        group.member("db1").writes(100);
        loseDb1();
        for (int i = 0; i < 10; i++) {
            group.member("db2").writes(20);
            group.probe();
        }

        returnOfDb1();

        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    /** The next answer of a member that was drained shows what this instance wrote to it until then. */
    @Test
    void whenTheFormerWriterIsBackInUseImmediatelyShouldNotFollowItsOwnEarlierWrites() {
        group.probes(10);
        group.member("db1").writes(50).drained(true);
        group.advance(Duration.ofMillis(400)).probe(new String[0]);
        assertThat(group.primary()).isEqualTo("db2");
        group.member("db1").drained(false);
        group.advance(Duration.ofMillis(100)).probe("db1", "db2", "db3");

        for (int i = 0; i < 10; i++) {
            group.member("db2").writes(20);
            assertThat(group.probe().primary()).as("round %s", i).isEqualTo("db2");
        }
    }

    @Test
    void whenProbesAreLateShouldNotFollowItsOwnEarlierWrites() {
        group.probes(10);
        group.member("db1").writes(50).drained(true);
        group.advance(Duration.ofMillis(400)).probe(new String[0]);
        group.member("db1").drained(false);

        for (int millis : new int[] {1000, 1200, 1000, 1200}) {
            group.member("db2").writes(20);
            group.advance(Duration.ofMillis(millis)).probe("db1", "db2", "db3");
            assertThat(group.primary()).isEqualTo("db2");
        }
    }

    @Test
    void whenFailbackIsOnShouldGoBackToThePreferredMember() {
        group.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.SINGLE, true).probes(2);
        loseDb1();

        returnOfDb1();

        assertThat(group.probe().primary()).isEqualTo("db1");
    }

    private void loseDb1() {
        group.member("db1").down();
        group.member("db2").view(4, 2);
        group.member("db3").view(4, 2);
        group.probe();
        assertThat(group.primary()).isEqualTo("db2");
    }

    private void returnOfDb1() {
        for (String name : new String[] {"db1", "db2", "db3"}) {
            group.member(name).up().view(5, 3);
        }
    }

    @Test
    void whenAnotherInstanceWritesToAnotherMemberShouldFollowTheMoreActiveOne() {
        group.probes(10);

        group.member("db3").writes(1);

        assertThat(group.probe().primary()).isEqualTo("db3");
    }

    @Test
    void whenTwoMembersAreWrittenToAlikeShouldChooseThePreferredOne() {
        group.probe();
        group.member("db3").writes(9);
        group.probes(1);
        assertThat(group.primary()).isEqualTo("db3");
        group.probes(6);

        group.member("db2").writes(7);
        group.member("db3").writes(9);

        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    @Test
    void whenAFewWritesGoToAnotherMemberShouldStay() {
        group.probes(10);

        group.member("db1").writes(100);
        group.member("db3").writes(10);

        assertThat(group.probe().primary()).isEqualTo("db1");
    }

    @Test
    void whenTheWriterIsDrainedShouldChooseAnother() {
        group.probes(2);
        group.member("db1").drained(true);

        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    @Test
    void whenTheWriterIsDesyncedShouldMoveAndGoOnReadingIt() {
        group.probes(2);
        group.member("db1").noWrites();

        assertThat(group.probe().primary()).isEqualTo("db2");
        assertThat(group.assessment("db1").role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void whenTheNextWriterLacksWhatTheLastOneHadShouldWaitUntilItHasIt() {
        group.member("db1").committed(150);
        group.probes(2);
        group.member("db1").noWrites();

        group.probe();
        assertThat(group.writers()).isEmpty();
        assertThat(group.result().noPrimaryReason()).isEqualTo("db2 is applying what db1 has committed");

        group.member("db2").committed(150);
        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    // --- views

    @Test
    void whenAThawedMemberHasAnOutdatedViewShouldNotUseIt() {
        group.probes(2);
        group.member("db1").down();
        group.member("db2").view(4, 2);
        group.member("db3").view(4, 2);
        group.probe();

        group.member("db1").up();
        group.probe();

        assertThat(group.primary()).isEqualTo("db2");
        assertThat(group.assessment("db1").role()).isEqualTo(Role.UNKNOWN);
        assertThat(group.assessment("db1").reason()).contains("outdated view");
    }

    @Test
    void whenAMemberWasNotAskedSinceANewViewShouldAskItAgainAndGoOn() {
        group.probes(2);
        group.member("db3").down();
        group.member("db1").view(4, 2);
        group.member("db2").view(4, 2);

        group.probe("db2");

        assertThat(group.primary()).isEqualTo("db1");
        assertThat(GroupElection.outdated(group.views())).contains(0);
        group.probe("db1");
        assertThat(group.primary()).isEqualTo("db1");
        assertThat(GroupElection.outdated(group.views())).isEmpty();
    }

    @Test
    void whenAllMembersOfTheNewViewAreKnownShouldNotWaitForTheLostWriterToBeDown() {
        group.probes(2);
        group.member("db2").view(4, 2);
        group.member("db3").view(4, 2);

        group.probe("db2");
        assertThat(group.primary()).as("db1 may be one of its two members").isEqualTo("db1");

        group.probe("db3");
        assertThat(group.primary()).isEqualTo("db2");
        assertThat(group.assessment("db1").role()).isEqualTo(Role.UNKNOWN);
    }

    @Test
    void whenTheWriterInstallsANewViewLaterThanOthersShouldGoOnWritingToIt() {
        group.probes(2);
        loseDb1();
        for (String name : new String[] {"db1", "db3"}) {
            group.member(name).up().view(5, 3);
        }

        assertThat(group.probe("db3").primary()).isEqualTo("db2");
        assertThat(group.probe("db2").primary()).isEqualTo("db2");
        assertThat(group.probe("db1").primary()).isEqualTo("db2");
        assertThat(group.probe("db2").assessment("db2").reason()).isNull();

        assertThat(group.probes(3).primary()).as("it has left").isEqualTo("db1");
    }

    /** The ranks of two views are not comparable: each instance would choose by the member that it asked first. */
    @Test
    void whenOnlySomeMembersHaveShownTheNewViewShouldAskTheOthersBeforeItChooses() {
        Group odd = new Group("db1", "db2", "db3");
        odd.member("db1").order("0");
        odd.member("db2").order("2");
        odd.member("db3").order("1");
        odd.probes(2);
        odd.member("db1").down();
        odd.member("db2").view(4, 2).order("1");
        odd.member("db3").view(4, 2).order("0");

        odd.probe("db2");

        assertThat(odd.writers()).isEmpty();
        assertThat(odd.result().reason()).isEqualTo(Reason.PENDING);
        assertThat(odd.probe("db3").primary()).isEqualTo("db3");
    }

    @Test
    void whenTwoComponentsClaimAMajorityShouldUseTheOneWithMostNodes() {
        group.probes(2);
        group.member("db1").view(4, 1);
        group.member("db2").view(4, 2);
        group.member("db3").view(4, 2);

        group.probes(2);

        assertThat(group.primary()).isEqualTo("db2");
        assertThat(group.assessment("db1").role()).isEqualTo(Role.UNKNOWN);
    }

    @Test
    void whenTwoComponentsAreAlikeShouldRefuseWrites() {
        Group pair = new Group("db1", "db2");
        pair.probes(2);
        pair.member("db1").view("7f4e4a3e-0000-0000-0000-000000000009", 1, 1);
        pair.member("db2").view(4, 1);

        pair.probes(2);

        assertThat(pair.writers()).isEmpty();
        assertThat(pair.result().noPrimaryReason()).contains("the group is split");
        assertThat(pair.assessment("db1").rival()).isTrue();
        assertThat(pair.assessment("db2").rival()).isTrue();
    }

    @Test
    void whenAMemberIsInAMinorityShouldNeitherReadNorWriteThere() {
        group.probes(2);
        group.member("db1").minority();
        group.member("db2").view(4, 2);
        group.member("db3").view(4, 2);

        group.probe();

        assertThat(group.primary()).isEqualTo("db2");
        assertThat(group.assessment("db1").role()).isEqualTo(Role.UNKNOWN);
    }

    @Test
    void whenAMemberIsOutsideItsGroupAndWritableShouldFenceIt() {
        group.probes(2);
        group.member("db3").outside();

        group.probe();

        assertThat(group.assessment("db3").rival()).isTrue();
        assertThat(group.assessment("db3").reason()).isEqualTo("is unfit");
    }

    /** A Galera cluster counts its views from the beginning; a replication group calls them by another name. */
    @Test
    void whenTheWholeGroupRestartsShouldWriteToItsFirstMemberAndUseTheOthersAsTheyJoin() {
        for (String view : new String[] {Group.CLUSTER, "7f4e4a3e-0000-0000-0000-000000000009"}) {
            Group restarted = new Group("db1", "db2", "db3");
            restarted.probes(2);
            for (String name : new String[] {"db1", "db2", "db3"}) {
                restarted.member(name).down();
            }
            restarted.probes(20);
            assertThat(restarted.writers()).isEmpty();

            restarted.member("db2").up().view(view, 1, 1);
            assertThat(restarted.probes(3).primary()).as(view).isEqualTo("db2");

            restarted.member("db2").view(view, 2, 2);
            restarted.member("db3").up().view(view, 2, 2);
            assertThat(restarted.probe().primary()).isEqualTo("db2");
            assertThat(restarted.assessment("db3").role()).isEqualTo(Role.PRIMARY);

            for (String name : new String[] {"db1", "db2", "db3"}) {
                restarted.member(name).up().view(view, 3, 3);
            }
            assertThat(restarted.probes(5).primary()).isEqualTo("db2");
            assertThat(restarted.assessment("db1").reason()).isNull();
        }
    }

    @Test
    void whenNoMemberHasAMajorityShouldSayWhy() {
        group.probes(2);
        group.member("db1").down();
        group.member("db2").down();
        group.member("db3").minority();

        group.probe();

        assertThat(group.writers()).isEmpty();
        assertThat(group.result().noPrimaryReason())
                .isEqualTo("no node takes writes: db1 is down, db2 is down, db3 is not fit (is unfit)");
    }

    // --- a group with one primary

    @Test
    void whenTheGroupElectsAPrimaryShouldFollowIt() {
        group.settings(TopologyKind.PRIMARY_REPLICA, WritePolicy.SINGLE, false);
        group.member("db1").kind(Kind.GROUP_REPLICATION).elected();
        group.member("db2").kind(Kind.GROUP_REPLICATION).secondary();
        group.member("db3").kind(Kind.GROUP_REPLICATION).secondary();

        assertThat(group.probe().primary()).isEqualTo("db1");
        assertThat(group.assessment("db2").role()).isEqualTo(Role.REPLICA);

        group.member("db1").down();
        group.member("db2").view(4, 2).elected();
        group.member("db3").view(4, 2);

        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    @Test
    void whenAnIsolatedPrimaryGoesOnClaimingItsRoleShouldFollowTheNewView() {
        group.settings(TopologyKind.PRIMARY_REPLICA, WritePolicy.SINGLE, false);
        group.member("db1").kind(Kind.GROUP_REPLICATION).elected();
        group.member("db2").kind(Kind.GROUP_REPLICATION).secondary();
        group.member("db3").kind(Kind.GROUP_REPLICATION).secondary();
        group.probe();
        group.member("db2").view(4, 2).elected();
        group.member("db3").view(4, 2);

        group.probe();

        assertThat(group.primary()).isEqualTo("db2");
        assertThat(group.probe().primary()).isEqualTo("db2");
    }

    @Test
    void whenAGroupWithSeveralPrimariesIsConfiguredAsOnePrimaryShouldRefuseWrites() {
        group.settings(TopologyKind.PRIMARY_REPLICA, WritePolicy.SINGLE, false).probe();

        assertThat(group.writers()).isEmpty();
        assertThat(group.result().noPrimaryReason()).contains("replication.routing.topology=multi-primary");
    }

    // --- several writers

    @Test
    void whenAllMembersTakeWritesShouldNameThemAll() {
        group.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.ROUND_ROBIN, false)
                .probe();

        assertThat(group.primary()).isNull();
        assertThat(group.writers()).containsExactly("db1", "db2", "db3");
        assertThat(group.result().noPrimaryReason()).isNull();
    }

    @Test
    void whenAMemberReturnsShouldNotWriteToItBeforeItHasWhatTheOthersHave() {
        group.settings(TopologyKind.MULTI_PRIMARY, WritePolicy.AFFINITY, false).probe();
        group.member("db1").down();
        group.member("db2").view(4, 2).committed(120);
        group.member("db3").view(4, 2).committed(120);
        assertThat(group.probe().writers()).containsExactly("db2", "db3");

        for (String name : new String[] {"db1", "db2", "db3"}) {
            group.member(name).up().view(5, 3);
        }
        group.probes(2);
        assertThat(group.writers()).containsExactly("db2", "db3");

        group.member("db1").committed(120);
        assertThat(group.probe().writers()).containsExactly("db1", "db2", "db3");
    }
}
