/**
 * Frozen networks that come as ONNX files, run forward by ONNX Runtime: the only door to it. A file
 * is read once, on the driver, and travels as bytes; in a JVM all tasks of one model share one
 * session. What a model wants and what it was given are compared here, and differences explained.
 */
package io.accelerant.core.onnx;
