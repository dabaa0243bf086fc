package io.accelerant.distill.model;

import io.accelerant.core.report.ImageGrid;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.List;

/** The form of a model's x where it is an image: [channels][height][width], pixels in [-1, 1]. */
public record Pixels(int channels, int height, int width) {
  /**
   * Images side by side as a PNG file.
   *
   * @param x rows of numbers, one image each
   * @param columns images in a row of the grid
   */
  public byte[] png(List<double[]> x, int columns) {
    List<byte[]> images = new ArrayList<>();
    for (double[] row : x) {
      byte[] image = new byte[row.length];
      for (int i = 0; i < row.length; i++) {
        image[i] = ImageModel.toByte(row[i]);
      }
      images.add(image);
    }
    return new ImageGrid(channels, height, width, columns, 2).png(images);
  }
}
