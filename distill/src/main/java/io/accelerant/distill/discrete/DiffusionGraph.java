package io.accelerant.distill.discrete;

/** Which symbol can turn into which: the rate matrix Q of the forward process sigma(t) Q. */
public enum DiffusionGraph {
  /** Every symbol decays into MASK = V, so that S = V + 1: Q(x, MASK) = 1, Q(x, x) = -1. */
  ABSORB,
  /** Every symbol turns into every other at the same rate, S = V: Q = 11<sup>T</sup>/V - I. */
  UNIFORM;

  /** Number of symbols S of a state, given the size V of the vocabulary of the data. */
  public int symbols(int vocabulary) {
    return this == ABSORB ? vocabulary + 1 : vocabulary;
  }

  /** Name in configurations and in {@code sampler.json}. */
  public String label() {
    return this == ABSORB ? "absorb" : "uniform";
  }

  /**
   * @throws IllegalArgumentException if the label is neither absorb nor uniform
   */
  public static DiffusionGraph ofLabel(String label) {
    return switch (label) {
      case "absorb" -> ABSORB;
      case "uniform" -> UNIFORM;
      default -> throw new IllegalArgumentException("graph must be absorb or uniform, is " + label);
    };
  }
}
