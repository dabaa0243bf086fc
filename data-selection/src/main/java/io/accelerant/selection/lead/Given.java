package io.accelerant.selection.lead;

import java.io.Serializable;

/**
 * What all trainings of a run begin with.
 *
 * @param base parameters of the untouched model
 * @param pool what is known of the rows
 * @param records the rows themselves, in the order of the pool; none where they lie on the cluster
 * @param clean rows that are what they seem: read for the arm oracle alone
 */
record Given(float[] base, PoolRows pool, byte[][] records, boolean[] clean, TestRows test)
    implements Serializable {}
