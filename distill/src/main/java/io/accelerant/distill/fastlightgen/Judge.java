package io.accelerant.distill.fastlightgen;

import io.accelerant.distill.measure.pixels.LabelledPixels;
import java.util.Map;

/** Measures samples against held-out data. */
interface Judge extends AutoCloseable {
  /** Start of the names of distances; the spaces follow. */
  String DISTANCE = "distance.";

  /** The distance that chooses. */
  String CHOOSES = DISTANCE + "b";

  /** Of videos alone. */
  String JITTER = "jitter";

  /** Which held-out data. */
  enum Held {
    /** What chooses guidances, teachers and steps. */
    FIT,
    /** What is reported. */
    TEST
  }

  /** Numbers by name, less being better for distances. */
  Map<String, Double> measure(LabelledPixels samples, Held held);

  /** Distances of held-out data to other such: what no sampler falls below. */
  Map<String, Double> floors();

  @Override
  void close();
}
