package io.accelerant.distill.measure.pixels;

import io.accelerant.core.train.MemoryShards;

/**
 * Images or videos in memory, as bytes and with their classes.
 *
 * @param images [n][channels * frames * height * width]
 */
public record LabelledPixels(byte[][] images, int[] labels) {
  /** How many there are. */
  public int count() {
    return images.length;
  }

  /** As {@link PixelRecord}s, for training in this process. */
  public MemoryShards shards(long seed) {
    return new MemoryShards(count(), i -> PixelRecord.pack(labels[i], images[i]), seed);
  }

  /** Numbers in 0..1. */
  public float[][] floats() {
    float[][] floats = new float[images.length][];
    for (int i = 0; i < images.length; i++) {
      floats[i] = new float[images[i].length];
      for (int p = 0; p < images[i].length; p++) {
        floats[i][p] = (images[i][p] & 0xff) / 255f;
      }
    }
    return floats;
  }

  /** The first of them. */
  public LabelledPixels first(int limit) {
    int n = Math.min(limit, count());
    return new LabelledPixels(
        java.util.Arrays.copyOf(images, n), java.util.Arrays.copyOf(labels, n));
  }
}
