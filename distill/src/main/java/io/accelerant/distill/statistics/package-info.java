/**
 * The {@code model-statistics} job: what DPM-Solver-v3 (Zheng et al. 2023) must know of a frozen
 * model, measured on a grid of times, and whether it makes the solver better.
 */
package io.accelerant.distill.statistics;
