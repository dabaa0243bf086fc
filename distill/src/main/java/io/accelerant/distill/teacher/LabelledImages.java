package io.accelerant.distill.teacher;

import io.accelerant.core.train.MemoryShards;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Images in memory, as bytes and with their classes. */
public record LabelledImages(byte[][] images, int[] labels) {
  /** The first images of a split in the order of their ids. */
  public static LabelledImages first(Dataset<Row> split, int limit) {
    List<Row> rows = split.select("image", "label").orderBy("id").limit(limit).collectAsList();
    byte[][] images = new byte[rows.size()][];
    int[] labels = new int[images.length];
    for (int i = 0; i < images.length; i++) {
      images[i] = rows.get(i).getAs(0);
      labels[i] = rows.get(i).getInt(1);
    }
    return new LabelledImages(images, labels);
  }

  /** How many there are. */
  public int count() {
    return images.length;
  }

  /** Packed, for training in this process. */
  public MemoryShards shards(long seed) {
    return new MemoryShards(count(), i -> ImageRecord.pack(labels[i], images[i]), seed);
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
  public LabelledImages first(int limit) {
    int n = Math.min(limit, count());
    return new LabelledImages(
        java.util.Arrays.copyOf(images, n), java.util.Arrays.copyOf(labels, n));
  }
}
