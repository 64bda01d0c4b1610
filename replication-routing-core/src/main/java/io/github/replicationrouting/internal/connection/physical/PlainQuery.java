package io.github.replicationrouting.internal.connection.physical;

/**
 * Recognizes texts that are one query and nothing else: it names no lock and no variable, and stores nothing. Where the
 * text is ambiguous, as with such a word in a literal, it counts as more than that. The syntax is that of MySQL and
 * MariaDB.
 */
final class PlainQuery {

    private PlainQuery() {}

    static boolean is(String sql) {
        int begin = begin(sql);
        return (isWordAt(sql, begin, "SELECT") || isWordAt(sql, begin, "WITH")) && !containsMore(sql, begin);
    }

    /** Returns where the first word begins, after parentheses and comments. */
    private static int begin(String sql) {
        int i = 0;
        while (i < sql.length()) {
            if (sql.charAt(i) <= ' ' || sql.charAt(i) == '(') {
                i++;
            } else if (sql.startsWith("/*", i) && !isExecuted(sql, i + 2)) {
                i = after("*/", sql, i + 2);
            } else if (sql.startsWith("-- ", i) || sql.charAt(i) == '#') {
                i = after("\n", sql, i);
            } else {
                return i;
            }
        }
        return i;
    }

    private static int after(String mark, String sql, int from) {
        int found = sql.indexOf(mark, from);
        return found < 0 ? sql.length() : found + mark.length();
    }

    private static boolean isExecuted(String sql, int comment) {
        return sql.startsWith("!", comment) || sql.startsWith("M!", comment);
    }

    private static boolean containsMore(String sql, int begin) {
        for (int i = begin; i < sql.length(); i++) {
            boolean more =
                    switch (sql.charAt(i)) {
                        // Variables: some tell of the transaction, and others can be set.
                        case '@' -> true;
                        case ';' -> !sql.substring(i + 1).isBlank();
                        case '/' -> sql.startsWith("/*", i) && isExecuted(sql, i + 2);
                        case 'F', 'f' -> isWordAt(sql, i, "FOR");
                        case 'L', 'l' -> isWordAt(sql, i, "LOCK");
                        case 'I', 'i' -> isWordAt(sql, i, "INTO");
                        default -> false;
                    };
            if (more) {
                return true;
            }
        }
        return false;
    }

    /** A digit before it may end a number, and so does not belong to the word. */
    private static boolean isWordAt(String sql, int start, String word) {
        int end = start + word.length();
        return sql.regionMatches(true, start, word, 0, word.length())
                && (start == 0 || !isOfName(sql.charAt(start - 1)))
                && (end == sql.length() || !(isOfName(sql.charAt(end)) || Character.isDigit(sql.charAt(end))));
    }

    private static boolean isOfName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c >= 0x80;
    }
}
