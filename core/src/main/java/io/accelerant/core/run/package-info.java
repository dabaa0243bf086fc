/**
 * The frame of every job that publishes an artifact. A job says what its inputs are, what it would
 * do, does the work, and says how to measure it again; identity, claim, checkpoints, manifest, card
 * and reading back are done here, once and in one order.
 */
package io.accelerant.core.run;
