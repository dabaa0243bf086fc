/**
 * Discrete diffusion: graphs, noise schedules, scores and posteriors, losses and samplers. A state
 * is a row of symbols, a batch of states is one flat {@code int[batch * length]}, a score is {@code
 * double[batch * length * symbols]} with {@code s[i][y] ~ p_t(x with x_i := y) / p_t(x)} and own
 * entry 1. Everything is float64 plain Java, no Spark. Symbols as in methods of Lou et al.,
 * "Discrete Diffusion Modeling by Estimating the Ratios of the Data Distribution" (SEDD).
 */
package io.accelerant.distill.discrete;
