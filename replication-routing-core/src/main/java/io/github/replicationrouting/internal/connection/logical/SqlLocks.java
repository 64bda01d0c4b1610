package io.github.replicationrouting.internal.connection.logical;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds locks in SQL: {@code FOR UPDATE}, {@code FOR SHARE}, {@code LOCK IN SHARE MODE}, {@code LOCK TABLES} and the
 * functions of named locks. Compares keywords only, outside of literals, comments and, but for functions, quoted names;
 * backslashes are taken to escape, as they do by default.
 */
final class SqlLocks {

    private static final List<String> FUNCTIONS = List.of(
            "GET_LOCK",
            "RELEASE_LOCK",
            "RELEASE_ALL_LOCKS",
            "IS_FREE_LOCK",
            "IS_USED_LOCK",
            "SERVICE_GET_READ_LOCKS",
            "SERVICE_GET_WRITE_LOCKS",
            "SERVICE_RELEASE_LOCKS");

    private SqlLocks() {}

    /** Returns the first lock in {@code sql} by its name, or null. */
    static @Nullable String first(String sql) {
        return mayContain(sql) ? new Scan(sql).first() : null;
    }

    /** Whether a word ends in "lock" or "locks", or in "for". Most statements have none, and cost no more than this. */
    private static boolean mayContain(String sql) {
        int last = sql.length() - 4;
        for (int i = 0; i <= last; i++) {
            int letter = sql.charAt(i) | 0x20;
            if (letter == 'f') {
                if (isAt(sql, i, "FOR") && !isWordPart(sql.charAt(i + 3))) {
                    return true;
                }
            } else if (letter == 'l' && isAt(sql, i, "LOCK")) {
                int end = i + 4;
                if (end < sql.length() && (sql.charAt(end) | 0x20) == 's') {
                    end++;
                }
                if (end < sql.length() && !isWordPart(sql.charAt(end))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isAt(String sql, int start, String word) {
        return sql.regionMatches(true, start, word, 0, word.length());
    }

    /** A variable is a word with its sign, and so no keyword. */
    private static boolean isWordPart(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '$'
                || c == '@'
                || c >= 0x80;
    }

    /** One pass over a text, token by token. */
    private static final class Scan {

        private static final char END = 0;
        private static final char WORD = 'a';
        private static final char QUOTED_NAME = '`';

        private final String sql;
        private int next;
        private int start;
        private int end;

        /** Bit by bit, whether the parentheses at this depth hold a query, which alone can lock. */
        private long queries = 1;

        private int depth;

        Scan(String sql) {
            this.sql = sql;
        }

        @Nullable
        String first() {
            String begun = "";
            boolean qualified = false;
            for (char token = next(); token != END; token = next()) {
                String lock = completed(begun, token);
                if (lock != null) {
                    return lock;
                }
                begun = qualified ? "" : begun(token);
                qualified = token == '.';
                follow(token);
            }
            return null;
        }

        private @Nullable String completed(String begun, char token) {
            if (token == '(') {
                return FUNCTIONS.contains(begun) ? begun : null;
            }
            if (token != WORD) {
                return null;
            }
            return switch (begun) {
                case "FOR" -> is("UPDATE") ? "FOR UPDATE" : is("SHARE") && inQuery() ? "FOR SHARE" : null;
                case "LOCK" -> is("IN") ? "LOCK IN SHARE MODE" : is("TABLES") || is("TABLE") ? "LOCK TABLES" : null;
                default -> null;
            };
        }

        /** Returns the first half of a lock, or an empty text. */
        private String begun(char token) {
            if (token == WORD && is("FOR")) {
                return "FOR";
            }
            if (token == WORD && is("LOCK")) {
                return "LOCK";
            }
            if (token == WORD || token == QUOTED_NAME) {
                for (String function : FUNCTIONS) {
                    if (is(function)) {
                        return function;
                    }
                }
            }
            return "";
        }

        private void follow(char token) {
            if (token == '(') {
                depth++;
                queries &= ~bit();
            } else if (token == ')') {
                depth = Math.max(0, depth - 1);
            } else if (token == ';') {
                depth = 0;
            } else if (token == WORD && is("SELECT")) {
                queries |= bit();
            }
        }

        /** As in {@code SUBSTRING(name FROM 1 FOR share)}, where "share" is a column. */
        private boolean inQuery() {
            return depth == 0 || (queries & bit()) != 0;
        }

        private long bit() {
            return 1L << Math.min(depth, Long.SIZE - 1);
        }

        private boolean is(String word) {
            return end - start == word.length() && isAt(sql, start, word);
        }

        /** Returns the kind of the next token; a literal is one of its own, and a comment none. */
        private char next() {
            while (next < sql.length()) {
                char c = sql.charAt(next);
                if (isWordPart(c)) {
                    start = next;
                    while (next < sql.length() && isWordPart(sql.charAt(next))) {
                        next++;
                    }
                    end = next;
                    return WORD;
                }
                if (c == '`' || c == '\'' || c == '"') {
                    skipQuoted(c);
                    return c;
                }
                if (!skipComment(c)) {
                    next++;
                    if (c > ' ') {
                        return c;
                    }
                }
            }
            return END;
        }

        /** A quote that is doubled ends one literal and begins another one, which has the same effect. */
        private void skipQuoted(char quote) {
            start = ++next;
            while (next < sql.length() && sql.charAt(next) != quote) {
                next += sql.charAt(next) == '\\' && quote != '`' ? 2 : 1;
            }
            end = Math.min(next, sql.length());
            next = end + 1;
        }

        /** Skips a comment that begins here, or the marks around one that is executed. */
        private boolean skipComment(char c) {
            if (c == '#'
                    || (c == '-'
                            && isAt(sql, next, "--")
                            && (next + 2 == sql.length() || sql.charAt(next + 2) <= ' '))) {
                next = after("\n", next);
            } else if (isAt(sql, next, "/*!")) {
                next += 3;
                skipVersion();
            } else if (isAt(sql, next, "/*M!")) {
                next += 4;
                skipVersion();
            } else if (isAt(sql, next, "/*")) {
                next = after("*/", next + 2);
            } else if (isAt(sql, next, "*/")) {
                next += 2;
            } else {
                return false;
            }
            return true;
        }

        private void skipVersion() {
            while (next < sql.length() && Character.isDigit(sql.charAt(next))) {
                next++;
            }
        }

        private int after(String mark, int from) {
            int found = sql.indexOf(mark, from);
            return found < 0 ? sql.length() : found + mark.length();
        }
    }
}
