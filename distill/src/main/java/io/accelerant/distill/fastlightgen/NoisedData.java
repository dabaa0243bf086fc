package io.accelerant.distill.fastlightgen;

import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.distill.measure.pixels.PixelRecord;
import io.accelerant.distill.model.network.ImageModel;
import java.util.function.IntFunction;

/**
 * Data on the path of flow matching, {@code z = (1 - t) x + t e}, with the velocity that is to be
 * predicted there, {@code e - x}.
 *
 * @param velocity {@code [rows][numbers]}, flat
 */
record NoisedData(Rows rows, double[] velocity) {

  /**
   * @param x {@code [rows][numbers]}, flat, in -1..1
   * @param noise the numbers of a row's e
   */
  static NoisedData of(double[] x, double[] t, int[] labels, IntFunction<RandomStream> noise) {
    int size = x.length / t.length;
    double[] z = new double[x.length];
    double[] velocity = new double[x.length];
    for (int row = 0; row < t.length; row++) {
      RandomStream stream = noise.apply(row);
      for (int i = row * size; i < (row + 1) * size; i++) {
        double e = stream.nextGaussian();
        z[i] = (1 - t[row]) * x[i] + t[row] * e;
        velocity[i] = e - x[i];
      }
    }
    return new NoisedData(new Rows(z, t, labels), velocity);
  }

  /** The data of {@linkplain PixelRecord records}. */
  static double[] data(Batch batch, int size) {
    double[] x = new double[batch.size() * size];
    for (int row = 0; row < batch.size(); row++) {
      byte[] record = batch.records().get(row);
      for (int i = 0; i < size; i++) {
        x[row * size + i] = ImageModel.pixel(record[1 + i]);
      }
    }
    return x;
  }

  /** The classes of {@linkplain PixelRecord records}. */
  static int[] labels(Batch batch) {
    return batch.records().stream().mapToInt(PixelRecord::label).toArray();
  }
}
