/**
 * How good generated text is: an n-gram model that judges it (and gives the exact Markov teachers
 * their tables), metrics from integer counts, and the job that compares samples with held-out text.
 * Counts add exactly, so that no number depends on how a table is partitioned.
 */
package io.accelerant.distill.text;
