package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;

/**
 * The cut of an image, or of the frames of a video, into patches that a transformer takes for
 * tokens: frame by frame, row by row. Numbers of a patch are in the order (channel, frame, i, j)
 * where it is embedded, as a convolution has them, and (frame, i, j, channel) where it is
 * predicted, as DiT has them.
 */
record Patches(int channels, int size, int patch, Frames frames) {
  private static final String POSITIONS = "pos_embed";
  private static final String TIMES = "temp_embed";

  /** Tables that only travel along. */
  static boolean isFixed(String parameter) {
    return parameter.equals(POSITIONS) || parameter.equals(TIMES);
  }

  private int side() {
    return size / patch;
  }

  /** Numbers of a patch in one channel. */
  int area() {
    return frames.patch() * patch * patch;
  }

  /** {@code [batch, channels, size, size]}, of a video {@code [batch, channels, frames, ..]}. */
  int[] shape(int batch, int of) {
    return frames.isVideo()
        ? new int[] {batch, of, frames.count(), size, size}
        : new int[] {batch, of, size, size};
  }

  /** A convolution with stride = kernel, as a product over the flattened patch. */
  Value embed(Scope s, Value x, int width) {
    int n = side();
    int in = channels * area();
    Value cut =
        frames.isVideo()
            ? x.reshape(-1, channels, frames.patches(), frames.patch(), n, patch, n, patch)
                .permute(0, 2, 4, 6, 1, 3, 5, 7)
            : x.reshape(-1, channels, n, patch, n, patch).permute(0, 2, 4, 1, 3, 5);
    int[] kernel =
        frames.isVideo()
            ? new int[] {width, channels, frames.patch(), patch, patch}
            : new int[] {width, channels, patch, patch};
    Value w = s.parameter("weight", Initial.xavier(in, width), kernel);
    Value y = cut.reshape(-1, in).matmul(w.reshape(width, in), false, true);
    return y.add(s.parameter("bias", Initial.ZEROS, width))
        .reshape(-1, frames.patches() * n * n, width);
  }

  /** Adds where a patch is: of a video, the place in the frame and, as Latte has it, the time. */
  Value addPlaces(Scope s, Value x, int width) {
    int places = side() * side();
    Initial grid = Initial.of(gridSinusoids(side(), width));
    Value place = s.parameter(POSITIONS, grid, 1, places, width);
    if (!frames.isVideo()) {
      return x.add(place);
    }
    int times = frames.patches();
    Initial sinusoids = Initial.of(Positions.sinusoids(times, width));
    Value time = s.parameter(TIMES, sinusoids, 1, times, width);
    return x.reshape(-1, times, places, width)
        .add(place.reshape(1, 1, places, width))
        .add(time.reshape(1, times, 1, width))
        .reshape(-1, times * places, width);
  }

  /**
   * Patches back in their places.
   *
   * @param rows {@code [batch, patches, area() * of]}
   */
  Value join(Value rows, int of) {
    int n = side();
    Value moved =
        frames.isVideo()
            ? rows.reshape(-1, frames.patches(), n, n, frames.patch(), patch, patch, of)
                .permute(0, 7, 1, 4, 2, 5, 3, 6)
            : rows.reshape(-1, n, n, patch, patch, of).permute(0, 5, 1, 3, 2, 4);
    return moved.reshape(shape(-1, of));
  }

  /**
   * Sinusoids of column, then of row, each [sin .., cos ..] of a quarter of the width.
   *
   * @return {@code [n * n][width]} row-major
   */
  static double[] gridSinusoids(int n, int width) {
    int quarter = width / 4;
    double[] table = new double[n * n * width];
    for (int p = 0; p < n * n; p++) {
      for (int i = 0; i < quarter; i++) {
        double column = Positions.angle(p % n, i, quarter);
        double row = Positions.angle(p / n, i, quarter);
        table[p * width + i] = StrictMath.sin(column);
        table[p * width + quarter + i] = StrictMath.cos(column);
        table[p * width + 2 * quarter + i] = StrictMath.sin(row);
        table[p * width + 3 * quarter + i] = StrictMath.cos(row);
      }
    }
    return table;
  }
}
