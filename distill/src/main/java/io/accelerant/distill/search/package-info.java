/**
 * Search of step schedules for few-step ODE samplers (USF and S^3, Liu et al. 2023): every step
 * chooses its time, what it expands, its order, relaxation and corrector. A population evolves, one
 * Spark stage a generation; random search, the best uniform solver and DC-Solver are the controls.
 */
package io.accelerant.distill.search;
