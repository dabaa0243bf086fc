/**
 * The mathematics of trajectory weighting for mixed offline data (Hong et al., "Harnessing Mixed
 * Offline Reinforcement Learning Datasets via Trajectory Weighting", ICLR 2023): how often the
 * transitions of a trajectory are drawn, and the drawing. No Spark; {@link
 * io.accelerant.rl.weight.TrajectoryWeights} is the whole method on one machine.
 */
package io.accelerant.rl.weight;
