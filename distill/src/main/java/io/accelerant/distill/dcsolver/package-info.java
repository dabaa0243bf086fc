/**
 * DC-Solver (Zhao et al. 2024): one scalar per step, fitted against a fine trajectory of the same
 * frozen model, shifts the newest stored output of a multistep solver; a polynomial predicts the
 * scalars for settings that were not searched. The job, its mathematics, and what it publishes.
 */
package io.accelerant.distill.dcsolver;
