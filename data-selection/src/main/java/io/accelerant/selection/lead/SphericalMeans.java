package io.accelerant.selection.lead;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;
import java.util.Arrays;

/**
 * k-means of unit vectors by their cosine ("Concept decompositions for large sparse text data using
 * clustering", Dhillon and Modha 2001). Started as k-means++; a pure function of vectors, their
 * order and the seed.
 *
 * @param centres unit vectors
 */
record SphericalMeans(double[][] centres) implements Serializable {
  private static final int MOST_PASSES = 100;

  /** Vectors that are nearer are the same. */
  private static final double ROUNDING = 1e-6;

  private static final long PURPOSE = RandomStream.purpose("lead.meaning");

  /**
   * @param vectors of length 1
   * @param most centres; fewer if there are fewer different vectors
   */
  static SphericalMeans of(float[][] vectors, int most, long seed) {
    SphericalMeans means = start(vectors, most, seed);
    int[] labels = new int[0];
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      SphericalMeans now = means;
      int[] next = Arrays.stream(vectors).mapToInt(now::nearest).toArray();
      if (Arrays.equals(next, labels)) {
        break;
      }
      labels = next;
      means = means.moved(vectors, labels);
    }
    return means;
  }

  /** The next centre is a vector, drawn by its squared distance to the nearest that is there. */
  private static SphericalMeans start(float[][] vectors, int most, long seed) {
    RandomStream stream = new RandomStream(seed, PURPOSE, 0, 0);
    double[][] centres = new double[Math.min(most, vectors.length)][];
    double[] distance = new double[vectors.length];
    Arrays.fill(distance, 1);
    for (int k = 0; k < centres.length; k++) {
      if (Arrays.stream(distance).sum() <= 0) {
        return new SphericalMeans(Arrays.copyOf(centres, k));
      }
      int drawn = stream.nextCategorical(distance, 0, distance.length);
      centres[k] = doubles(vectors[drawn]);
      for (int i = 0; i < vectors.length; i++) {
        double own = Math.max(0, 1 - cosine(centres[k], vectors[i]));
        distance[i] = i == drawn || own < ROUNDING ? 0 : k == 0 ? own : Math.min(distance[i], own);
      }
    }
    return new SphericalMeans(centres);
  }

  private static double[] doubles(float[] vector) {
    double[] numbers = new double[vector.length];
    Arrays.setAll(numbers, i -> vector[i]);
    return numbers;
  }

  private static double cosine(double[] centre, float[] vector) {
    double sum = 0;
    for (int i = 0; i < centre.length; i++) {
      sum += centre[i] * vector[i];
    }
    return sum;
  }

  /** The centre of the largest cosine; the first of equals. */
  int nearest(float[] vector) {
    int best = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < centres.length; k++) {
      double cosine = cosine(centres[k], vector);
      if (cosine > largest) {
        largest = cosine;
        best = k;
      }
    }
    return best;
  }

  /** Each centre is the direction of the sum of its vectors; it stays where it has none. */
  private SphericalMeans moved(float[][] vectors, int[] labels) {
    double[][] sums = new double[centres.length][centres[0].length];
    for (int i = 0; i < vectors.length; i++) {
      double[] sum = sums[labels[i]];
      for (int j = 0; j < sum.length; j++) {
        sum[j] += vectors[i][j];
      }
    }
    for (int k = 0; k < sums.length; k++) {
      double norm = Math.sqrt(Arrays.stream(sums[k]).map(x -> x * x).sum());
      sums[k] = norm > 0 ? Arrays.stream(sums[k]).map(x -> x / norm).toArray() : centres[k];
    }
    return new SphericalMeans(sums);
  }
}
