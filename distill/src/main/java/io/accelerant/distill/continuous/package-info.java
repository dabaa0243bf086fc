/**
 * Continuous diffusion in float64: schedules (variance-preserving, and the straight path of flow
 * matching), time grids, fast multistep solvers of the probability-flow ODE, reference solutions,
 * and the model interface that mixtures with an exact score and networks share. Plain Java; x is
 * always {@code [batch][dimension]}, flat.
 */
package io.accelerant.distill.continuous;
