package io.accelerant.distill.mmd;

import java.util.Map;

/**
 * What was measured of the samples of one arm under one seed.
 *
 * @param metrics by name: {@code frechet.<space>}, {@code mmd.<space>}, {@code labelAgreement},
 *     {@code nearest}
 * @param without by the same names, the distance when one block of samples is left out; empty where
 *     spread comes from seeds
 * @param shown the first samples
 */
record Measured(Map<String, Double> metrics, Map<String, double[]> without, byte[][] shown) {}
