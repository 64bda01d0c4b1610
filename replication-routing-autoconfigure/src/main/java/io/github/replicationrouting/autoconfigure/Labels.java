package io.github.replicationrouting.autoconfigure;

import java.util.Locale;

/** The words for states, roles and the like outside of Java. */
public final class Labels {

    private Labels() {}

    /** The constant's name as it is written in configuration and answers, for example {@code primary-replica}. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
