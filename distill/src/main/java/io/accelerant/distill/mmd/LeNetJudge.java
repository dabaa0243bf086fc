package io.accelerant.distill.mmd;

import io.accelerant.core.features.ImageClassifier;
import io.accelerant.distill.measure.pixels.Judge;
import java.util.Arrays;

/** The convolutional network of {@code core.features}, for grey images of 28 by 28. */
record LeNetJudge(ImageClassifier classifier) implements Judge {
  @Override
  public float[][] features(float[][] images) {
    return classifier.features(images);
  }

  @Override
  public int[] classes(float[][] images) {
    return Arrays.stream(classifier.probabilities(images)).mapToInt(Judge::largest).toArray();
  }

  @Override
  public void close() {
    classifier.close();
  }
}
