package io.github.replicationrouting.internal.connection.logical;

import java.util.Locale;
import java.util.Set;

/**
 * Determines by the first keyword whether a statement may commit implicitly, or do what no rollback undoes: every
 * statement that is not known to be harmless may. For servers and drivers that do not report what was committed.
 */
final class ImplicitCommits {

    private static final Set<String> HARMLESS = Set.of(
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "REPLACE",
            "WITH",
            "VALUES",
            "TABLE",
            "SHOW",
            "EXPLAIN",
            "DESCRIBE",
            "DESC",
            "DO",
            "HANDLER",
            "SIGNAL",
            "SAVEPOINT",
            "ROLLBACK",
            "RELEASE",
            "USE");

    /** Statements that execute text which is not seen here. */
    private static final Set<String> ROUTINES = Set.of("CALL", "{", "EXECUTE");

    /** Targets of {@code SET} that are more than a variable of the session. */
    private static final Set<String> LASTING =
            Set.of("AUTOCOMMIT", "PASSWORD", "GLOBAL", "PERSIST", "STATEMENT", "DEFAULT", "RESOURCE");

    private ImplicitCommits() {}

    /**
     * Whether running {@code sql} may commit.
     *
     * @param reported whether the server reports what was committed, so that only what leaves no report counts
     */
    static boolean mayBeIn(String sql, boolean reported) {
        int start = pastSpace(sql, 0);
        String word = word(sql, start);
        if (reported && ROUTINES.contains(word)) {
            return false;
        }
        return !isHarmless(sql, word, start + word.length()) || (!reported && hasSeveralStatements(sql));
    }

    private static boolean isHarmless(String sql, String word, int end) {
        return switch (word) {
            case "SET" -> {
                String upper = sql.toUpperCase(Locale.ROOT);
                yield LASTING.stream().noneMatch(upper::contains);
            }
            case "LOAD" -> word(sql, pastSpace(sql, end)).equals("DATA");
            default -> HARMLESS.contains(word);
        };
    }

    /** Skips space, brackets and comments, but for those that the server executes. */
    private static int pastSpace(String sql, int from) {
        int at = from;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c) || c == '(') {
                at++;
            } else if (c == '#' || sql.startsWith("--", at)) {
                at = past(sql, "\n", at);
            } else if (sql.startsWith("/*", at) && !sql.startsWith("/*!", at) && !sql.startsWith("/*M!", at)) {
                at = past(sql, "*/", at + 2);
            } else {
                return at;
            }
        }
        return at;
    }

    private static int past(String sql, String end, int from) {
        int at = sql.indexOf(end, from);
        return at < 0 ? sql.length() : at + end.length();
    }

    private static String word(String sql, int start) {
        int end = start;
        while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
            end++;
        }
        if (end == start && end < sql.length()) {
            end++;
        }
        return sql.substring(start, end).toUpperCase(Locale.ROOT);
    }

    /** Whether anything follows a semicolon that is not part of a literal or name. */
    private static boolean hasSeveralStatements(String sql) {
        if (sql.indexOf(';') < 0) {
            return false;
        }
        char quote = 0;
        for (int at = 0; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (quote != 0) {
                if (c == '\\' && quote != '`') {
                    at++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '\'' || c == '"' || c == '`') {
                quote = c;
            } else if (c == ';' && pastSpace(sql, at + 1) < sql.length()) {
                return true;
            }
        }
        // A quote that does not end was recognized wrongly.
        return quote != 0;
    }
}
