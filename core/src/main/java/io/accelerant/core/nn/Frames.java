package io.accelerant.core.nn;

import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * How many frames a video has, and how many of them make a patch. One frame is an image, without an
 * axis of frames.
 *
 * @param patch divides count
 */
public record Frames(int count, int patch) implements Serializable {
  /** An image. */
  public static final Frames NONE = new Frames(1, 1);

  public Frames {
    Sizes.positive("frames", count, "framePatch", patch);
    if (count % patch != 0) {
      throw new IllegalArgumentException(
          Text.of("frames %d must be a multiple of framePatch %d", count, patch));
    }
  }

  /** Whether there is an axis of frames. */
  public boolean isVideo() {
    return count > 1;
  }

  /** Patches along the axis of frames. */
  int patches() {
    return count / patch;
  }
}
