/**
 * Sampling for reinforcement learning: trajectory weights for mixed offline data (return-weighted,
 * advantage-weighted, top share) and offline RL on the weighted batches. To come: GVM-RAFT (a
 * generation budget that minimises the variance of the gradient). Depends on {@code
 * accelerant-core} only.
 */
package io.accelerant.rl;
