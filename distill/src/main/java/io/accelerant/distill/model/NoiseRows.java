package io.accelerant.distill.model;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Map;

/**
 * Standard normal starting points, from a JSON file of rows or from a random stream by row id.
 *
 * @param x [rows][size], flat; not copied
 */
public record NoiseRows(double[] x, int size) implements java.io.Serializable {
  private static final int LARGEST = 256 << 20;

  /** Row id of a purpose and seed; independent of every other row. */
  public static NoiseRows drawn(long seed, String purpose, long firstId, int rows, int size) {
    return drawn(seed, purpose, firstId, rows, size, 0);
  }

  /** As {@link #drawn(long, String, long, int, int)}, of a step on the way; the start is 0. */
  public static NoiseRows drawn(
      long seed, String purpose, long firstId, int rows, int size, int step) {
    double[] x = new double[rows * size];
    long stream = RandomStream.purpose(purpose);
    for (int row = 0; row < rows; row++) {
      RandomStream random = new RandomStream(seed, stream, firstId + row, step);
      for (int i = 0; i < size; i++) {
        x[row * size + i] = random.nextGaussian();
      }
    }
    return new NoiseRows(x, size);
  }

  /**
   * Reads {@code [[..], ..]} or {@code {"x": [[..], ..]}}; a row may be nested further, as an image
   * is.
   *
   * @throws DataException if it is neither, or a row has not {@code size} numbers; names the row
   */
  public static NoiseRows read(String uri, JobContext context, int size) {
    InputFile file = InputFile.read(uri, context.hadoop(), LARGEST);
    Object json = CanonicalJson.readValue(file.content(), uri);
    Object rows = json instanceof Map<?, ?> map ? map.get("x") : json;
    if (!(rows instanceof List<?> list) || list.isEmpty()) {
      throw new DataException(
          uri + " must hold a list of rows, [[..], ..] or {\"x\": [[..], ..]}.");
    }
    double[] x = new double[list.size() * size];
    for (int row = 0; row < list.size(); row++) {
      int end = fill(list.get(row), x, row * size, (row + 1) * size, uri + ": row " + row);
      if (end != (row + 1) * size) {
        throw new DataException(
            Text.of(
                "%s: row %d has %d numbers; the model has dimension %d.",
                uri, row, end - row * size, size));
      }
    }
    return new NoiseRows(x, size);
  }

  /** sha256 of a file of rows. */
  public static String hash(String uri, JobContext context) {
    return InputFile.read(uri, context.hadoop(), LARGEST).sha256();
  }

  private static int fill(Object value, double[] x, int at, int end, String where) {
    if (value instanceof Number number && at < end) {
      x[at] = number.doubleValue();
      return at + 1;
    }
    if (value instanceof List<?> list) {
      int next = at;
      for (Object element : list) {
        next = fill(element, x, next, end, where);
      }
      return next;
    }
    throw new DataException(
        where
            + (value instanceof Number
                ? " has more numbers than the model has dimensions."
                : " holds " + value + ", which is no number."));
  }

  public int rows() {
    return x.length / size;
  }

  /** Rows {@code from} to {@code to} - 1, flat. */
  public double[] slice(int from, int to) {
    return java.util.Arrays.copyOfRange(x, from * size, to * size);
  }
}
