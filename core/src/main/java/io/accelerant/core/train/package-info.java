/**
 * Synchronous data-parallel training. An {@link io.accelerant.core.train.Objective} is a loss over
 * named networks; {@link io.accelerant.core.train.Roles} holds each of them, frozen or trained by
 * an optimizer of its own. A round is a function that a method supplies, a {@link
 * io.accelerant.core.train.RoundStep}: of the numbers of all roles and of the records that its
 * {@link io.accelerant.core.train.Draw} chose, it makes {@link io.accelerant.core.train.Sums},
 * added over the workers in a fixed tree. {@link io.accelerant.core.train.SyncRound} runs the
 * workers as tasks of Spark on {@link io.accelerant.core.train.PackedShards}, {@link
 * io.accelerant.core.train.LocalRound} runs one inside a task, with the same bits. The {@link
 * io.accelerant.core.train.Trainer} runs rounds in stretches, and keeps their whole state. The
 * number of workers is configuration: cores, partitions, executors and kills change nothing in the
 * result.
 */
package io.accelerant.core.train;
