/**
 * Synchronous data-parallel training on Spark. The data set is cut once into the shards of W
 * logical workers ({@link io.accelerant.core.train.PackedShards}); a round broadcasts the
 * parameters, lets every worker compute a {@link io.accelerant.core.train.WorkerStep} on its
 * mini-batch, adds the results in a fixed tree ({@link io.accelerant.core.train.TreeSum}) and hands
 * the sum to the {@link io.accelerant.core.train.Learner} on the driver, whose whole state is one
 * list that {@link io.accelerant.core.train.Checkpoints} keeps. W is configuration: cores,
 * partitions, executors and kills change nothing in the result. A new method brings a step (usually
 * a {@link io.accelerant.core.train.Loss}) and a state list, nothing else.
 */
package io.accelerant.core.train;
