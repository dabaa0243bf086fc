package io.accelerant.rl.policy;

/** An offline algorithm, which differs from another only in its losses. */
public enum Algorithm {
  /** Behaviour cloning. */
  BC("bc"),
  /** TD3 with a behaviour-cloning term (Fujimoto and Gu 2021). */
  TD3_BC("td3bc");

  /** Names of all algorithms. */
  public static final String[] LABELS = {BC.label, TD3_BC.label};

  private final String label;

  Algorithm(String label) {
    this.label = label;
  }

  /** The name in configurations and metrics. */
  public String label() {
    return label;
  }

  /** The algorithm of a label. */
  public static Algorithm ofLabel(String label) {
    return label.equals(BC.label) ? BC : TD3_BC;
  }

  /**
   * Trains a policy.
   *
   * @param mass how much of the draws each episode gets; all that weighting changes
   * @param bound largest action of the environment
   */
  public Policy train(OfflineData data, double[] mass, double bound, TrainingSettings settings) {
    return switch (this) {
      case BC -> BehaviourCloning.train(data, mass, bound, settings);
      case TD3_BC -> Td3Bc.train(data, mass, bound, settings);
    };
  }
}
