/**
 * What every job does alike around its own work. A job that publishes an artifact says what its
 * inputs are, what it would do, does the work, and says how to measure it again; identity, claim,
 * checkpoints, manifest, card and reading back are done here, once and in one order. Units of work
 * are mapped over a cluster, and a run that was stopped takes its stages from the checkpoint.
 */
package io.accelerant.core.run;
