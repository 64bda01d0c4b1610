package io.github.replicationrouting.autoconfigure;

import java.util.Locale;

/** Labels of constants in configuration, responses of the endpoint, and metrics. */
public final class Labels {

    private Labels() {}

    /** Returns the label of a constant, for example {@code primary-replica}. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
