package io.github.replicationrouting.internal.connection.physical;

/**
 * Recognizes texts that are one query and nothing else: it locks no rows, stores nothing, and asks for no variable. Where
 * the text is ambiguous, it counts as more than that. The syntax is that of MySQL and MariaDB.
 */
final class PlainQuery {

    private PlainQuery() {}

    static boolean is(String sql) {
        int begin = begin(sql);
        return isWordAt(sql, begin, "SELECT") && !containsMore(sql, begin);
    }

    private static int begin(String sql) {
        int i = 0;
        while (i < sql.length() && (sql.charAt(i) <= ' ' || sql.charAt(i) == '(')) {
            i++;
        }
        return i;
    }

    /** Also where the words are in a literal or comment, or quoted. */
    private static boolean containsMore(String sql, int begin) {
        for (int i = begin; i < sql.length(); i++) {
            char c = sql.charAt(i);
            boolean more =
                    switch (c) {
                        // Variables: some tell of the transaction, and others can be set.
                        case '@' -> true;
                        case ';' -> !sql.substring(i + 1).isBlank();
                        // A comment that is executed.
                        case '!' -> sql.charAt(i - 1) == '*' || sql.charAt(i - 1) == 'M';
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

    private static boolean isWordAt(String sql, int start, String word) {
        int end = start + word.length();
        return sql.regionMatches(true, start, word, 0, word.length())
                && (start == 0 || !Character.isLetterOrDigit(sql.charAt(start - 1)))
                && (end == sql.length() || !Character.isLetterOrDigit(sql.charAt(end)));
    }
}
