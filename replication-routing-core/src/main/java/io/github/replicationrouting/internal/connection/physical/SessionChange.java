package io.github.replicationrouting.internal.connection.physical;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What SQL leaves behind in its session that the next statements may rely on: a variable, another database, a temporary
 * table, a lock, a statement prepared by name. Recognized by the text alone, in one pass that skips comments and quoted
 * text; where the text is ambiguous, it counts as leaving something. The syntax is that of MySQL and MariaDB.
 * Immutable.
 */
final class SessionChange {

    /** The change of nearly all statements: none. */
    static final SessionChange NONE = new SessionChange(false, false, false, false, Set.of());

    private static final SessionChange LASTING = new SessionChange(true, false, false, false, Set.of());

    /** With more variables a new connection is cheaper. */
    private static final int MAX_VARIABLES = 32;

    private final boolean lasting;
    private final boolean writable;
    private final boolean database;
    private final boolean locks;
    private final Set<String> variables;

    private SessionChange(boolean lasting, boolean writable, boolean database, boolean locks, Set<String> variables) {
        this.lasting = lasting;
        this.writable = writable;
        this.database = database;
        this.locks = locks;
        this.variables = variables;
    }

    static SessionChange of(String sql) {
        return new Scan(sql).result();
    }

    boolean isNone() {
        return !lasting && !database && !locks && variables.isEmpty();
    }

    /** Returns whether only the end of the session undoes it. */
    boolean isLasting() {
        return lasting;
    }

    /** Returns whether it begins a transaction that may write, whatever the session is set to. */
    boolean isWritableTransaction() {
        return writable;
    }

    /** Returns whether it changes the database. */
    boolean isOfDatabase() {
        return database;
    }

    boolean isOfVariables() {
        return !variables.isEmpty();
    }

    /** Returns the change of both statements. */
    SessionChange and(SessionChange other) {
        SessionChange both = leftWith(other);
        return writable || other.writable ? both.withWritableTransaction() : both;
    }

    private SessionChange withWritableTransaction() {
        return writable ? this : new SessionChange(lasting, true, database, locks, variables);
    }

    private SessionChange leftWith(SessionChange other) {
        if (other.isNone()) {
            return isNone() ? NONE : this;
        }
        if (isNone() || other.lasting) {
            return other;
        }
        if (lasting) {
            return this;
        }
        Set<String> all = new LinkedHashSet<>(variables);
        all.addAll(other.variables);
        return of(database || other.database, locks || other.locks, all);
    }

    private static SessionChange of(boolean database, boolean locks, Set<String> variables) {
        if (variables.size() > MAX_VARIABLES) {
            return LASTING;
        }
        return database || locks || !variables.isEmpty()
                ? new SessionChange(false, false, database, locks, variables)
                : NONE;
    }

    /**
     * Returns the statements that undo it, where it does not last and no variable had a value before.
     *
     * @param initialDatabase database to return to; empty where there is none
     */
    List<String> undo(String initialDatabase) {
        List<String> statements = new ArrayList<>(3);
        if (database) {
            statements.add("USE `" + initialDatabase.replace("`", "``") + "`");
        }
        if (!variables.isEmpty()) {
            statements.add(
                    variables.stream().map(name -> "@" + name + "=NULL").collect(Collectors.joining(",", "SET ", "")));
        }
        if (locks) {
            statements.add("DO RELEASE_ALL_LOCKS()");
        }
        return statements;
    }

    /** One pass over a text, which may hold several statements. */
    private static final class Scan {

        /** Statements whose effect lasts. */
        private static final String[] LASTING_STARTS = {"LOCK", "PREPARE", "EXECUTE", "HANDLER", "XA"};

        /** Statements that may assign to each variable in them. */
        private static final String[] ASSIGNING_STARTS = {"CALL", "LOAD", "GET"};

        private static final String[] GLOBAL_SCOPES = {"GLOBAL", "PERSIST", "PERSIST_ONLY"};
        private static final String[] NOT_VARIABLES = {"PASSWORD", "DEFAULT", "RESOURCE", "STATEMENT"};

        private final String sql;
        private int at;
        private int depth;

        /** Whether the next word begins a statement. */
        private boolean atStart = true;

        /** Whether the statement is a {@code SET}, and whether what it assigns to comes next. */
        private boolean sets;

        private boolean atTarget;
        private boolean assigns;
        private boolean creates;
        private boolean flushes;
        private boolean begins;

        /** Whether variables that follow are filled from a result. */
        private boolean into;

        private boolean lasting;
        private boolean writable;
        private boolean database;
        private boolean locks;
        private Set<String> variables = Set.of();

        Scan(String sql) {
            this.sql = sql;
        }

        SessionChange result() {
            // To the end: what comes last may begin a writable transaction.
            while (at < sql.length()) {
                char c = sql.charAt(at);
                if (isWordCharacter(c)) {
                    readWord();
                } else if (c == '/' && next() == '*') {
                    skipComment();
                } else if (c == '#' || (c == '-' && next() == '-')) {
                    at = endOf("\n", at);
                } else if (c == '@') {
                    readVariable();
                } else if (c == '\'' || c == '"' || c == '`') {
                    skipQuoted(c);
                } else {
                    at++;
                    readSign(c);
                }
            }
            SessionChange left = lasting ? LASTING : of(database, locks, variables);
            return writable ? left.withWritableTransaction() : left;
        }

        private void readSign(char c) {
            if (c == ';') {
                begin();
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',') {
                atTarget = sets && depth == 0;
            } else if (!Character.isWhitespace(c) && c != '{') {
                atStart = false;
            }
        }

        private void begin() {
            depth = 0;
            atStart = true;
            sets = false;
            atTarget = false;
            assigns = false;
            creates = false;
            flushes = false;
            begins = false;
            into = false;
        }

        private void readWord() {
            int from = at;
            while (at < sql.length() && isWordCharacter(sql.charAt(at))) {
                at++;
            }
            if (atStart) {
                beginWith(from);
            } else if (atTarget) {
                assignTo(from);
            } else {
                locks |= is(from, "GET_LOCK");
                writable |= begins && is(from, "WRITE");
                lasting |= (creates && is(from, "TEMPORARY")) || (flushes && is(from, "LOCK"));
            }
            into = is(from, "INTO");
        }

        private void beginWith(int from) {
            atStart = false;
            sets = is(from, "SET");
            atTarget = sets;
            creates = is(from, "CREATE");
            flushes = is(from, "FLUSH");
            assigns = isAnyOf(ASSIGNING_STARTS, from);
            begins = is(from, "START");
            database |= is(from, "USE");
            lasting |= isAnyOf(LASTING_STARTS, from);
        }

        private void assignTo(int from) {
            atTarget = false;
            if (isAnyOf(NOT_VARIABLES, from)) {
                sets = false;
            } else {
                lasting |= !isAnyOf(GLOBAL_SCOPES, from);
            }
        }

        /** Reads a user variable, as opposed to a system variable and to the host of an account ({@code user@host}). */
        private void readVariable() {
            boolean ofAccount = at > 0 && (isWordCharacter(sql.charAt(at - 1)) || isQuote(sql.charAt(at - 1)));
            boolean ofSystem = next() == '@';
            at += ofSystem ? 2 : 1;
            atStart = false;
            if (ofAccount || (ofSystem && atTarget)) {
                // Followed by the scope or name of a system variable that is set, or by a host.
                return;
            }
            int from = at;
            while (at < sql.length() && (isWordCharacter(sql.charAt(at)) || sql.charAt(at) == '.')) {
                at++;
            }
            if (!ofSystem && (atTarget || into || assigns || isAssigned())) {
                addVariable(sql.substring(from, at));
            }
            atTarget = false;
        }

        /** Returns whether {@code :=} follows. */
        private boolean isAssigned() {
            int to = at;
            if (to < sql.length() && isQuote(sql.charAt(to))) {
                // Its name is quoted; where that ends does not matter much.
                return sql.indexOf(":=", to) >= 0;
            }
            while (to < sql.length() && Character.isWhitespace(sql.charAt(to))) {
                to++;
            }
            return sql.startsWith(":=", to);
        }

        private void addVariable(String name) {
            if (name.isEmpty()) {
                // Its name is quoted.
                lasting |= at < sql.length() && isQuote(sql.charAt(at));
                return;
            }
            if (variables.isEmpty()) {
                variables = new LinkedHashSet<>();
            }
            variables.add(name);
        }

        /** Skips a comment, but not the text of one that servers execute. */
        private void skipComment() {
            if (next(2) == '!' || (next(2) == 'M' && next(3) == '!')) {
                at = sql.indexOf('!', at) + 1;
                while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
                    at++;
                }
            } else {
                at = endOf("*/", at + 2);
            }
        }

        private void skipQuoted(char quote) {
            at++;
            while (at < sql.length() && sql.charAt(at) != quote) {
                at += sql.charAt(at) == '\\' && quote != '`' ? 2 : 1;
            }
            at++;
            atStart = false;
        }

        private int endOf(String end, int from) {
            int found = sql.indexOf(end, from);
            return found < 0 ? sql.length() : found + end.length();
        }

        private char next() {
            return next(1);
        }

        private char next(int distance) {
            return at + distance < sql.length() ? sql.charAt(at + distance) : ' ';
        }

        private boolean is(int from, String word) {
            return at - from == word.length() && sql.regionMatches(true, from, word, 0, word.length());
        }

        private boolean isAnyOf(String[] words, int from) {
            for (String word : words) {
                if (is(from, word)) {
                    return true;
                }
            }
            return false;
        }

        private static boolean isWordCharacter(char c) {
            return Character.isLetterOrDigit(c) || c == '_' || c == '$';
        }

        private static boolean isQuote(char c) {
            return c == '\'' || c == '"' || c == '`';
        }
    }
}
