package io.accelerant.core.report;

import io.accelerant.core.text.Text;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Small images side by side, for people: every pixel a square of {@code zoom} by {@code zoom}, one
 * pixel of white between images.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 * @param columns images in a row of the grid
 */
public record ImageGrid(int channels, int height, int width, int columns, int zoom) {
  private static final int WHITE = 0xFFFFFF;

  public ImageGrid {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("an image has 1 or 3 channels, not " + channels);
    }
    if (height < 1 || width < 1 || columns < 1 || zoom < 1) {
      throw new IllegalArgumentException(
          Text.of(
              "height %d, width %d, columns %d and zoom %d must be at least 1",
              height, width, columns, zoom));
    }
  }

  /**
   * The grid as a PNG file, rows filled from the left.
   *
   * @param images each [channels][height][width], flat, bytes 0 to 255
   */
  public byte[] png(List<byte[]> images) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(drawn(images), "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The grid as a picture. */
  BufferedImage drawn(List<byte[]> images) {
    int rows = Math.max(1, (images.size() + columns - 1) / columns);
    BufferedImage grid =
        new BufferedImage(
            columns * (width * zoom + 1) + 1,
            rows * (height * zoom + 1) + 1,
            BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < grid.getHeight(); y++) {
      for (int x = 0; x < grid.getWidth(); x++) {
        grid.setRGB(x, y, WHITE);
      }
    }
    for (int i = 0; i < images.size(); i++) {
      draw(images.get(i), grid, i % columns, i / columns);
    }
    return grid;
  }

  private void draw(byte[] image, BufferedImage grid, int column, int row) {
    if (image.length != channels * height * width) {
      throw new IllegalArgumentException(
          Text.of(
              "an image of %d bytes, expected %d x %d x %d",
              image.length, channels, height, width));
    }
    int left = 1 + column * (width * zoom + 1);
    int top = 1 + row * (height * zoom + 1);
    for (int y = 0; y < height * zoom; y++) {
      for (int x = 0; x < width * zoom; x++) {
        grid.setRGB(left + x, top + y, rgb(image, y / zoom * width + x / zoom));
      }
    }
  }

  private int rgb(byte[] image, int place) {
    int rgb = 0;
    for (int c = 0; c < 3; c++) {
      int plane = channels == 1 ? 0 : c * height * width;
      rgb = rgb << 8 | image[plane + place] & 0xff;
    }
    return rgb;
  }
}
