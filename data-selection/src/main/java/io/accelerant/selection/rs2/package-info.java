/**
 * RS2 on Spark: a column of positions made once a pass by {@link
 * io.accelerant.core.random.Permutation}, after which every round is a range filter of built-in
 * expressions, with no exchange and nothing collected. {@link
 * io.accelerant.selection.rs2.RandomSubsets} is the library call, {@link
 * io.accelerant.selection.rs2.Rs2Job} the job.
 */
package io.accelerant.selection.rs2;
