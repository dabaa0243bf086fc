package io.accelerant.distill.certainty;

import java.io.Serializable;

/**
 * What a training ended with: its last average, chosen by nothing.
 *
 * @param average of what is trained, in the order of its layout: adapters, or the whole network
 * @param raw the same as training left it
 * @param loss of each round, nats; see {@link CertaintyObjective} for the others
 * @param crossEntropy of each round
 * @param entropy of each round
 * @param kept of each round
 */
record Trained(
    float[] average,
    float[] raw,
    double[] loss,
    double[] crossEntropy,
    double[] entropy,
    double[] kept)
    implements Serializable {}
