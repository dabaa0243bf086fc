/**
 * Sampling for reinforcement learning. To come: trajectory weights for mixed offline data
 * (return-weighted, advantage-weighted, top share), offline RL on the weighted batches, and
 * GVM-RAFT (a generation budget that minimises the variance of the gradient). Depends on {@code
 * accelerant-core} only.
 */
package io.accelerant.rl;
