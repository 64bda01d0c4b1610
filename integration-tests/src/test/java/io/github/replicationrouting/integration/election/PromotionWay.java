package io.github.replicationrouting.integration.election;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * An order of the steps in which tools promote a replica.
 *
 * @param oldPrimary what happens to the old primary
 * @param source what happens to the source of the candidate
 * @param candidate when the candidate becomes writable
 * @param others when the other replicas are re-pointed to the candidate
 */
record PromotionWay(OldPrimary oldPrimary, Source source, Candidate candidate, Others others) {

    enum OldPrimary {
        KILLED,
        /** Before any other step. */
        READ_ONLY_FIRST,
        /** When the candidate is already writable. */
        READ_ONLY_LAST
    }

    enum Source {
        STOPPED,
        /** By {@code RESET REPLICA ALL}. */
        REMOVED
    }

    enum Candidate {
        WRITABLE_BEFORE_THE_STOP,
        WRITABLE_AFTER_THE_STOP,
        ALWAYS_WRITABLE
    }

    enum Others {
        /** Before the first step on the candidate. */
        REPOINTED_FIRST,
        /** After every other step. */
        REPOINTED_LAST,
        NEVER_REPOINTED
    }

    static Stream<PromotionWay> all() {
        return Arrays.stream(OldPrimary.values()).flatMap(old -> Arrays.stream(Source.values())
                .flatMap(source -> Arrays.stream(Candidate.values()).flatMap(candidate -> Arrays.stream(Others.values())
                        .map(others -> new PromotionWay(old, source, candidate, others)))));
    }

    /**
     * Returns whether an application that runs during the promotion detects it. Changes before the loss of the old
     * primary are not evidence, and the old primary is lost last where it becomes read-only last. After that the
     * evidence is the change from read-only to writable, the removal of the source, or that most of the other nodes of
     * the topology, the old primary included, have been re-pointed to the candidate.
     */
    boolean isDetected(int nodes) {
        boolean stepsComeAfterTheLoss = oldPrimary != OldPrimary.READ_ONLY_LAST;
        boolean becameWritable = stepsComeAfterTheLoss && candidate != Candidate.ALWAYS_WRITABLE;
        boolean lostItsSource = stepsComeAfterTheLoss && source == Source.REMOVED;
        boolean mostFollow = 2 * (nodes - 2) > nodes - 1;
        boolean repointedSince =
                others == Others.REPOINTED_LAST || (others == Others.REPOINTED_FIRST && stepsComeAfterTheLoss);
        return becameWritable || lostItsSource || (mostFollow && repointedSince);
    }

    /**
     * Returns whether the return of the old primary alone reverts the promotion: not if that makes it the second
     * writable node without a source.
     */
    boolean isRevertible() {
        return source == Source.STOPPED;
    }
}
