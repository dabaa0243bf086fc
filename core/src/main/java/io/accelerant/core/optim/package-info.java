/**
 * What turns a gradient into new parameters: optimizers (ND4J's update rules with explicit state,
 * and decoupled weight decay), learning-rate schedules, clipping by global norm, and the
 * exponential moving average. Parameters are flat arrays in the order of a {@link
 * io.accelerant.core.engine.Layout}; sums have one order, so that a run can be repeated to the bit.
 */
package io.accelerant.core.optim;
