package io.github.replicationrouting.position;

/** Counting that stops at the greatest number instead of starting over. */
final class SaturatingMath {

    private SaturatingMath() {}

    static long add(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    static long ofUnsigned(long number) {
        return number < 0 ? Long.MAX_VALUE : number;
    }
}
