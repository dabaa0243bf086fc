package io.accelerant.distill.continuous;

/**
 * Where a model was evaluated and what it said there.
 *
 * @param x [batch][d]; not to be written
 * @param noise [batch][d], the prediction, guided if the sampler is; not to be written
 */
public record Evaluated(Node node, double[] x, double[] noise) {}
