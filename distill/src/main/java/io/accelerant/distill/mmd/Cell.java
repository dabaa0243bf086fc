package io.accelerant.distill.mmd;

/**
 * One arm at a number of steps: a row of the tables, and the start of its metrics' names.
 *
 * @param arm how samples are made
 */
record Cell(String arm, int steps) {
  static final String FINETUNED = "mmd";
  static final String DENOISING = "denoise";
  static final String DDIM = "ddim";
  static final String DC_SOLVER = "dc-solver";

  /** Finetuned on one of several features; the first has no more to its name. */
  static Cell finetuned(MmdSettings settings, FeatureChoice features, int steps) {
    boolean first = settings.features().get(0).equals(features);
    return new Cell(first ? FINETUNED : FINETUNED + "-" + features.label(), steps);
  }

  /** Name of its stages under a seed. */
  String stage(long seed) {
    return this + ".seed" + seed;
  }

  @Override
  public String toString() {
    return arm + ".n" + steps;
  }
}
