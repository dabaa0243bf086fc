package io.accelerant.core.engine;

import java.util.List;

/**
 * Operations of SameDiff 1.0.0-M2.1 that the facade does not offer, why, and what it offers
 * instead. A test measures again those that are quick to measure.
 */
public final class RefusedOperations {
  /**
   * @param name SameDiff's name
   * @param reason what is wrong
   * @param instead what to use
   */
  public record Refused(String name, String reason, String instead) {}

  /** All that were found. */
  public static final List<Refused> ALL =
      List.of(
          new Refused(
              "loss.softmaxCrossEntropy, loss.meanSquaredError, loss.sparseSoftmaxCrossEntropy",
              "the gradient ignores the incoming one: right only as the very last scalar",
              "Graph.crossEntropy, meanSquaredError"),
          new Refused(
              "variance", "gradient n/(n-1) times too large for the biased form", "Value.variance"),
          new Refused("cumsum", "wrong gradient", "Value.prefixSum"),
          new Refused(
              "preciseGelu",
              "approximate derivative, off by 1e-5 to 3e-5",
              "Value.geluTanh, Value.gelu"),
          new Refused("nn.logSoftmax", "throws when differentiated", "Value.logSoftmax"),
          new Refused("math.logSumExp", "throws when differentiated", "Value.logSumExp"),
          new Refused("where", "throws when differentiated", "Value.select"),
          new Refused(
              "gather",
              "its gradient is a loop that takes minutes to build and to run, or throws",
              "Graph.embedding"),
          new Refused(
              "nn.layerNorm, math.standardize",
              "no epsilon inside the root, as the published networks have it",
              "Value.layerNorm, Value.standardize"),
          new Refused(
              "whileLoop, ifCond, reshape to a computed shape, unique, booleanMask",
              "the result's shape depends on numbers; programs bind their memory once",
              "static shapes, masks, buckets with padding of weight zero"),
          new Refused(
              "random.*, nn.dropout",
              "draws from a generator shared by the process",
              "numbers from RandomStream as an input"));

  private RefusedOperations() {}
}
