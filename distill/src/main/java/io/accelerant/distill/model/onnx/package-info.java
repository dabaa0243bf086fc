/**
 * Models that come as ONNX files: masked text (tokens and perhaps a time in, logits or log-scores
 * out) and continuous models (x, time and perhaps a label in, a prediction out). Here is what a
 * model's inputs and outputs mean; running it is {@code core.onnx}'s.
 */
package io.accelerant.distill.model.onnx;
