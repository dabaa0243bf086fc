/**
 * Offline reinforcement learning on one machine: behaviour cloning and TD3+BC on the engine, with
 * mini-batches drawn by trajectory weights, and the policy they make. Nothing in a loss knows of
 * the weights. No Spark.
 */
package io.accelerant.rl.policy;
