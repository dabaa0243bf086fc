package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.text.Text;

/**
 * What is sampled: a network without blocks, with parameters of its own, and how.
 *
 * @param id as tables name it, such as {@code flg.n1}
 * @param parameters in the order of the network's layout
 */
record Subject(String id, PatchTransformer network, float[] parameters, Sampling sampling) {

  /** The name of a kind of network at a number of steps. */
  static String id(String kind, int steps) {
    return Text.of("%s.n%d", kind, steps);
  }

  Cost cost() {
    return new Cost(
        sampling.steps(), sampling.isGuided(), network.keep().size(), parameters.length);
  }

  Subject with(Sampling other) {
    return new Subject(id, network, parameters, other);
  }
}
