package io.accelerant.distill.discrete;

import java.io.Serializable;

/**
 * Draws data from a model. A sample depends on (model, sampler, seed, id) and on nothing else, in
 * particular not on the other ids of the batch as far as the model's rows do not.
 */
public interface DiscreteSampler extends Serializable {
  /** Name in configurations and reports. */
  String label();

  /**
   * Draws one sample for each id.
   *
   * @param seed seed of the streams; the prior of an id is the same for all samplers of a seed
   */
  Samples sample(DiscreteModel model, long seed, long[] ids);

  /**
   * A batch of samples and what they cost.
   *
   * @param tokens [batch][length], flat; no MASK among them
   * @param evaluations network evaluations that each sample took (nfe)
   * @param clipped negative probabilities that were clipped to zero, over the batch
   * @param leftMasked masked positions that were left before the final denoising, over the batch
   */
  record Samples(int[] tokens, int evaluations, long clipped, long leftMasked) {}
}
