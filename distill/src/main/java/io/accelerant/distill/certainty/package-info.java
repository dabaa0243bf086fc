/**
 * Certainty-forcing distillation (dParallel): a masked language model is finetuned on its own
 * answers, so that more positions may be committed in one forward. {@link
 * io.accelerant.distill.certainty.ForcingLoss} is the loss in float64, {@code CertaintyObjective}
 * the same on an engine graph, {@code Masking} which positions it is taken of; arms and seeds are
 * units of Spark, each trained inside one task, and all are judged by the decoders of {@code
 * distill.decode}.
 */
package io.accelerant.distill.certainty;
