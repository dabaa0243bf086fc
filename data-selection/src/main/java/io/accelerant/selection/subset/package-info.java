/**
 * The mathematics of repeated random subsets (RS2: Okanovic et al., "Repeated Random Sampling for
 * Minimizing the Time-to-Accuracy of Learning", ICLR 2024): under a keyed permutation of dense ids,
 * which block of positions a round takes, and the learning-rate schedule over subset steps. Plain
 * Java: a round is a function of (ids, seed, round) and of nothing else, so it survives any
 * partitioning.
 */
package io.accelerant.selection.subset;
