/**
 * What samples of a discrete model are worth: counted ({@link
 * io.accelerant.distill.measure.Measured}), held against data ({@link
 * io.accelerant.distill.measure.Reference}), drawn and measured on a cluster ({@link
 * io.accelerant.distill.measure.Measurement}); answers to prompts by an n-gram model of those of
 * the table ({@link io.accelerant.distill.measure.AnswerJudge}).
 */
package io.accelerant.distill.measure;
