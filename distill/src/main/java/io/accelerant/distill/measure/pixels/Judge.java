package io.accelerant.distill.measure.pixels;

/** A classifier by which images or videos are measured, and nothing else. */
public interface Judge extends AutoCloseable {
  /**
   * Activations before the last layer.
   *
   * @param images [n][pixels] in 0..1
   */
  float[][] features(float[][] images);

  /** The most probable class of each image. */
  int[] classes(float[][] images);

  /** Share of the images that are of their class. */
  default double agreement(float[][] images, int[] labels) {
    int[] classes = classes(images);
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += classes[i] == labels[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /** Index of the largest number; of several, the first. */
  static int largest(float[] row) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      best = row[c] > row[best] ? c : best;
    }
    return best;
  }

  @Override
  default void close() {}
}
