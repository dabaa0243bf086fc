/**
 * Learnable sampler distillation (LSD, LSD+): M coefficients, and M step lengths, that make an
 * M-step sampler of a frozen discrete diffusion model behave like one with many more steps. Fu,
 * Guo, Liu, "Learnable Sampler Distillation for Discrete Diffusion Models" (NeurIPS 2025). {@link
 * io.accelerant.distill.lsd.ScoreL2} is the published objective; {@link
 * io.accelerant.distill.lsd.Lookahead} and {@link io.accelerant.distill.lsd.Direct} are ours;
 * {@link io.accelerant.distill.lsd.LsdJob} turns them into Spark stages.
 *
 * <p>From configuration to artifact: {@code LsdJob}, {@code LsdSettings}, {@code LsdTeacher} (model
 * and reference), {@code FitRun} (units over the opened model), {@code LsdStages}, {@code
 * Objective} and its class, {@code Walk}, {@code Fitted}, {@code Measurement}, {@code LsdSchedule},
 * {@code LsdFindings} (scoreboard), {@code LsdReport}; the frame in {@code core.run} publishes.
 */
package io.accelerant.distill.lsd;
