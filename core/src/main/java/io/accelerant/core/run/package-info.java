/**
 * The frame of every job that publishes an artifact. A job says what its inputs are, what it would
 * do, does the work, and says how to measure it again; identity, claim, checkpoints, manifest, card
 * and reading back are done here, once and in one order. And what the work has in common: units
 * mapped over a cluster, and stages that a run which was stopped takes from its checkpoint.
 */
package io.accelerant.core.run;
