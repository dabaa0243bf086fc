package io.accelerant.selection.lead;

import java.io.Serializable;

/**
 * What a model makes of the test rows that are what they seem.
 *
 * @param losses mean over rows of each row's mean nats a token of its answer, by task; NaN where a
 *     task has no row
 * @param rows how many there are, by task
 * @param right likeliest answers that are right, by task
 * @param answered how many were given, by task
 */
record Judged(double[] losses, long[] rows, long[] right, long[] answered)
    implements Serializable {}
