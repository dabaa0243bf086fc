package io.accelerant.distill.fastlightgen;

/**
 * What one sample costs, counted: a guided call runs the network twice.
 *
 * @param calls of the sampler
 * @param guided whether each runs with and without class
 * @param blocks of the network
 * @param parameters of the network
 */
record Cost(int calls, boolean guided, int blocks, long parameters) {
  /** Blocks that run for a sample. */
  long blockEvaluations() {
    return (long) calls * (guided ? 2 : 1) * blocks;
  }

  /** How many times as many blocks another runs. */
  double ratio(Cost other) {
    return (double) other.blockEvaluations() / blockEvaluations();
  }
}
