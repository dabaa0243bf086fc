/**
 * All samplers of one continuous model at equal numbers of evaluations: plain solvers on every
 * spacing, DualFast, Gaussian teleportation and published samplers, held against the model's fine
 * trajectory, and images against images.
 */
package io.accelerant.distill.compare;
