/**
 * Trajectory weighting on Spark: the transitions table and its readers, the weights as a plan of
 * DataFrame expressions (no user function, so that it can move to a GPU), and batches drawn from
 * them without an array of all transitions anywhere. Sums of floating-point numbers are exact
 * ({@link io.accelerant.rl.trajectory.ExactSum}), so the result is the same bits whatever the
 * partitioning.
 */
package io.accelerant.rl.trajectory;
