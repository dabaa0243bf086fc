/**
 * Decoders of masked language models beside each other: all points of a model in one map ({@link
 * io.accelerant.distill.decode.compare.DecoderComparison}), what few evaluations and many right
 * answers can be had together ({@link io.accelerant.distill.decode.compare.Frontier}), two models
 * on the same prompts ({@link io.accelerant.distill.decode.compare.PairedFrontiers}), and whether
 * probabilities mean what they say ({@link io.accelerant.distill.decode.compare.Calibration}).
 */
package io.accelerant.distill.decode.compare;
