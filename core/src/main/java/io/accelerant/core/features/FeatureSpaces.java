package io.accelerant.core.features;

/** Feature spaces of images that need no training, and features joined with labels. */
public final class FeatureSpaces {
  private FeatureSpaces() {}

  /** Dimensions beyond which pooled pixels are pooled more. */
  private static final int LARGEST = 256;

  /**
   * Means of squares of pixels, as small as keeps at most {@value #LARGEST} numbers: what is there
   * before any network has looked. A second opinion beside a classifier, which sees only what tells
   * its classes apart.
   *
   * @param images [n][channels * side * side]
   * @return [n][channels * (side / block)^2]
   */
  public static float[][] pooledPixels(float[][] images, int channels, int side) {
    int block = 1;
    while (side % block != 0 || channels * (side / block) * (side / block) > LARGEST) {
      block++;
    }
    int n = side / block;
    float[][] pooled = new float[images.length][channels * n * n];
    for (int i = 0; i < images.length; i++) {
      for (int p = 0; p < channels * side * side; p++) {
        int place = (p / side / side * n + p / side % side / block) * n + p % side / block;
        pooled[i][place] += images[i][p] / (block * block);
      }
    }
    return pooled;
  }

  /**
   * Each row of features followed by the label as a one-hot of a given length: the space of the
   * Frechet joint distance (DeVries et al., "On the Evaluation of Conditional GANs", 2019), which
   * sees whether samples fit their labels.
   *
   * @param scale of the one-hot; the paper balances both by their mean norms, see {@link #meanNorm}
   */
  public static float[][] withLabels(float[][] features, int[] labels, int classes, double scale) {
    float[][] joint = new float[features.length][];
    for (int i = 0; i < features.length; i++) {
      int width = features[i].length;
      joint[i] = java.util.Arrays.copyOf(features[i], width + classes);
      joint[i][width + labels[i]] = (float) scale;
    }
    return joint;
  }

  /** Mean Euclidean norm of the rows. */
  public static double meanNorm(float[][] features) {
    double sum = 0;
    for (float[] row : features) {
      double squares = 0;
      for (float x : row) {
        squares += (double) x * x;
      }
      sum += StrictMath.sqrt(squares);
    }
    return sum / features.length;
  }
}
