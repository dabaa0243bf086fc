/**
 * What random subsets are worth: one small classifier, trained on images by each way of choosing
 * them, beside training on everything. {@link io.accelerant.selection.classifier.SubsetTraining} is
 * the training, {@link io.accelerant.selection.classifier.TrainClassifierJob} runs one cell of the
 * table (way, ratio, seed) in each Spark task.
 */
package io.accelerant.selection.classifier;
