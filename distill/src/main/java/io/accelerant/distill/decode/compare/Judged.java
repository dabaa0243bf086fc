package io.accelerant.distill.decode.compare;

/**
 * One model among those that are compared.
 *
 * @param arm how it was made
 * @param seed of its training
 */
public record Judged(String arm, long seed, Compared compared) {}
