/**
 * Language models in use: plain generation of text (draws through one {@link Choice}, so that laws
 * are tested exactly), the n-gram model that judges generated text (and gives the exact Markov
 * models their tables), counts of n-grams and of repeated k-grams, and what is said about a set of
 * samples. Counts add exactly, so that no number depends on how a table is partitioned.
 */
package io.accelerant.core.lm;
