/**
 * Sample budgets by prompt that lower the variance of a policy's gradient ("Optimizing
 * Chain-of-Thought Reasoners via Gradient Variance Minimization in Rejection Sampling and RL",
 * 2025). What probes say of a prompt is in {@link io.accelerant.rl.gvm.Estimates}, {@link
 * io.accelerant.rl.gvm.Allocation} makes whole numbers of samples of it, {@link
 * io.accelerant.rl.gvm.EstimatorVariance} says what they are worth. A policy is trained by {@link
 * io.accelerant.rl.gvm.PolicyObjective}; the gradients of its answers are measured by {@link
 * io.accelerant.rl.gvm.GradientNorms}.
 */
package io.accelerant.rl.gvm;
