package io.accelerant.core.onnx;

/**
 * Values of one output of a model.
 *
 * @param values in row-major order; float64 is rounded, half precision widened
 */
public record OnnxOutput(float[] values, long[] shape) {}
