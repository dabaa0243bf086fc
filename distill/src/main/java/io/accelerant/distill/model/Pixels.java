package io.accelerant.distill.model;

import io.accelerant.core.report.ImageGrid;
import io.accelerant.core.report.VideoGrid;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.List;

/**
 * The form of a model's x where it is an image, [channels][height][width], or a video,
 * [channels][frames][height][width]; pixels in [-1, 1].
 *
 * @param frames 1 for an image
 */
public record Pixels(int channels, int frames, int height, int width) {
  private static final int ZOOM = 2;

  /** Numbers of an x. */
  public int size() {
    return channels * frames * height * width;
  }

  /** Whether x moves. */
  public boolean isVideo() {
    return frames > 1;
  }

  /**
   * Images side by side as a PNG file; of videos strips, one a row.
   *
   * @param x rows of numbers, one image or video each
   * @param columns images in a row of the grid
   */
  public byte[] png(List<double[]> x, int columns) {
    return isVideo()
        ? videos().png(bytes(x))
        : new ImageGrid(channels, height, width, columns, ZOOM).png(bytes(x));
  }

  /**
   * Videos side by side as a GIF file.
   *
   * @param columns videos in a row of the grid
   */
  public byte[] gif(List<double[]> x, int columns) {
    return videos().gif(bytes(x), columns);
  }

  private VideoGrid videos() {
    return new VideoGrid(channels, frames, height, width, ZOOM);
  }

  private static List<byte[]> bytes(List<double[]> x) {
    List<byte[]> all = new ArrayList<>();
    for (double[] row : x) {
      byte[] bytes = new byte[row.length];
      for (int i = 0; i < row.length; i++) {
        bytes[i] = ImageModel.toByte(row[i]);
      }
      all.add(bytes);
    }
    return all;
  }
}
