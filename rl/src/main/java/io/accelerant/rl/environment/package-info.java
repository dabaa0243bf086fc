/**
 * Environments with exact dynamics as pure functions of their state, and controllers whose value is
 * known: what offline data is collected from and policies are measured in. No Spark; every random
 * number comes from a stream of the episode, and transcendental functions are StrictMath's, so an
 * episode is the same bits everywhere.
 */
package io.accelerant.rl.environment;
