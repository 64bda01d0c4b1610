package io.github.replicationrouting.integration.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One call of a random sequence.
 *
 * @param kind the method that is called
 * @param slot the connection that it is called on
 * @param choice the arguments
 */
record JdbcCall(Kind kind, int slot, int choice) {

    enum Kind {
        BORROW(4),
        RELEASE(3),
        SET_AUTO_COMMIT(10),
        SET_READ_ONLY(5),
        SET_ISOLATION(4),
        SET_CATALOG(3),
        ASK_STATE(2),
        ASK_SERVER(2),
        COMMIT(8),
        ROLLBACK(5),
        INSERT(6),
        UPDATE(4),
        DELETE(2),
        SELECT(4),
        SYNTAX_ERROR(2),
        DUPLICATE_KEY(3),
        GENERATED_KEYS(3),
        BATCH(3),
        PREPARE(5),
        EXECUTE_PREPARED(7),
        PREPARED_BATCH(3),
        DESCRIBE_PREPARED(1),
        CLOSE_PREPARED(2),
        SAVEPOINT(4),
        ROLLBACK_TO_SAVEPOINT(3),
        RELEASE_SAVEPOINT(2),
        OPEN_UPDATABLE(3),
        UPDATE_ROW(3),
        INSERT_ROW(2),
        DELETE_ROW(1),
        STREAM(3),
        READ_STREAM(3),
        CLOSE_STREAM(2),
        CALL(3),
        CALL_WITH_RESULT(2),
        METADATA(1),
        IS_VALID(1),
        IMPLICIT_COMMIT(1),
        TEXT_BEGIN(2),
        TEXT_COMMIT(1),
        TEXT_ROLLBACK(1),
        TEXT_ISOLATION(2),
        TEXT_CATALOG(2),
        TEXT_SETTING(2),
        TEXT_VARIABLE(2),
        ASK_SESSION(3);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    static final int SLOTS = 2;

    /** Kinds of this weight are in every sequence. */
    private static final int ALWAYS = 8;

    private static final int LONGEST = 40;
    private static final int CHOICES = 1_000;

    /**
     * A sequence of a few random kinds only: few kinds occur in every order, which forty kinds
     * hardly do.
     */
    static List<JdbcCall> sequence(Random random) {
        int slots = 1 + random.nextInt(SLOTS);
        List<Kind> kinds = kinds(random);
        List<JdbcCall> calls = new ArrayList<>();
        for (int slot = 0; slot < slots; slot++) {
            calls.add(new JdbcCall(Kind.BORROW, slot, 0));
        }
        int length = 5 + random.nextInt(LONGEST - 5);
        while (calls.size() < length) {
            Kind kind = kinds.get(random.nextInt(kinds.size()));
            calls.add(new JdbcCall(kind, random.nextInt(slots), random.nextInt(CHOICES)));
        }
        return calls;
    }

    private static List<Kind> kinds(Random random) {
        List<Kind> chosen = new ArrayList<>();
        int share = 2 + random.nextInt(4);
        for (Kind kind : Kind.values()) {
            if (kind.weight >= ALWAYS || random.nextInt(share) == 0) {
                for (int i = 0; i < kind.weight; i++) {
                    chosen.add(kind);
                }
            }
        }
        return chosen;
    }

    @Override
    public String toString() {
        return kind + "[" + slot + "](" + choice + ")";
    }
}
