package io.accelerant.rl.offline;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.Mlp;
import io.accelerant.rl.policy.Normaliser;
import io.accelerant.rl.policy.Policy;
import java.util.List;
import java.util.Map;

/** A policy from a model artifact. */
final class PublishedPolicy {
  private PublishedPolicy() {}

  /**
   * @throws ArtifactException if the model is not a policy of ours
   */
  static Policy of(Model model, Map<String, Object> config, String where) {
    try {
      return new Policy(
          (Mlp) model.network(),
          model.parameters(),
          new Normaliser(
              numbers(config.get("observation_mean")),
              numbers(config.get("observation_deviation"))),
          ((Number) config.get("action_bound")).doubleValue());
    } catch (ClassCastException | NullPointerException e) {
      throw new ArtifactException(where + " does not describe a policy.", e);
    }
  }

  private static double[] numbers(Object list) {
    return ((List<?>) list).stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
  }
}
