package io.accelerant.core.engine;

import java.util.Arrays;

/**
 * Cosines and sines of rotary positions in float32, of each position from when it is first read.
 * Not thread-safe.
 */
public final class RotationTable {
  private final double[] frequencies;
  private float[][] cosines = {};
  private float[][] sines = {};

  /**
   * @param frequencies angle of each pair of channels at position 1
   */
  public RotationTable(double... frequencies) {
    this.frequencies = frequencies.clone();
  }

  /**
   * Turns heads that lie side by side: in each the pair (x_i, x_{i+n}) of the n pairs, as a complex
   * number, by position times frequency i.
   */
  void turn(float[] x, int from, int to, int position) {
    int half = frequencies.length;
    float[] cos = at(position);
    float[] sin = sines[position];
    for (int head = from; head < to; head += 2 * half) {
      for (int i = head; i < head + half; i++) {
        float re = x[i];
        float im = x[i + half];
        x[i] = re * cos[i - head] - im * sin[i - head];
        x[i + half] = im * cos[i - head] + re * sin[i - head];
      }
    }
  }

  private float[] at(int position) {
    if (position >= cosines.length) {
      int room = Math.max(16, Integer.highestOneBit(position) << 1);
      cosines = Arrays.copyOf(cosines, room);
      sines = Arrays.copyOf(sines, room);
    }
    if (cosines[position] == null) {
      float[] cos = new float[frequencies.length];
      float[] sin = new float[frequencies.length];
      for (int i = 0; i < cos.length; i++) {
        cos[i] = (float) StrictMath.cos(position * frequencies[i]);
        sin[i] = (float) StrictMath.sin(position * frequencies[i]);
      }
      sines[position] = sin;
      cosines[position] = cos;
    }
    return cosines[position];
  }
}
