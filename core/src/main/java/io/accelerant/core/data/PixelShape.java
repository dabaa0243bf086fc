package io.accelerant.core.data;

import io.accelerant.core.text.Text;

/**
 * Numbers of an image or video, one byte each: [channels][frames][height][width].
 *
 * @param frames 1 for an image
 */
public record PixelShape(int channels, int frames, int height, int width) {
  /** Of all channels and frames. */
  public int size() {
    return channels * frames * height * width;
  }

  /** For people: the axis of frames where there are some. */
  @Override
  public String toString() {
    return frames == 1
        ? Text.of("%d x %d x %d", channels, height, width)
        : Text.of("%d x %d x %d x %d", channels, frames, height, width);
  }
}
