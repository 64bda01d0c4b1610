package io.github.replicationrouting.sample.shop;

import io.github.replicationrouting.conflict.ConflictResolver;
import io.github.replicationrouting.conflict.UnresolvedConflictException;
import java.util.ArrayList;
import java.util.List;

/** Merges two changes of a text line by line. A line that both have changed, differently, is left to the user. */
final class LineMerge implements ConflictResolver<ProductText> {

    @Override
    public ProductText resolve(ProductText base, ProductText mine, ProductText theirs) {
        return theirs.withText(String.join("\n", merge(lines(base), lines(mine), lines(theirs))));
    }

    private static List<String> lines(ProductText text) {
        return text.text().lines().toList();
    }

    private static List<String> merge(List<String> base, List<String> mine, List<String> theirs) {
        if (mine.size() != base.size() || theirs.size() != base.size()) {
            throw new UnresolvedConflictException("Lines were added or removed, so which one belongs to which is not"
                    + " known. Read the text again and repeat the change.");
        }
        List<String> merged = new ArrayList<>();
        for (int line = 0; line < base.size(); line++) {
            merged.add(merge(base.get(line), mine.get(line), theirs.get(line)));
        }
        return merged;
    }

    private static String merge(String base, String mine, String theirs) {
        if (mine.equals(base) || mine.equals(theirs)) {
            return theirs;
        }
        if (theirs.equals(base)) {
            return mine;
        }
        throw new UnresolvedConflictException(
                "Both have changed the line '%s': to '%s', and to '%s'".formatted(base, mine, theirs));
    }
}
