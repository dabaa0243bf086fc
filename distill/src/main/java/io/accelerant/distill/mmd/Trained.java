package io.accelerant.distill.mmd;

/**
 * What a finetuning run ended with: its last average, chosen by nothing.
 *
 * @param average weights, in the order of what was trained: adapters included
 * @param raw the same as training left them
 * @param loss of each update
 * @param gradientNorm of each update, before it was cut
 * @param looked updates after which samples were measured, 0 first
 * @param values {@code [spaces][looks]}
 * @param frechet {@code [spaces][looks]}
 */
record Trained(
    float[] average,
    float[] raw,
    double[] loss,
    double[] gradientNorm,
    int[] looked,
    double[][] values,
    double[][] frechet) {}
