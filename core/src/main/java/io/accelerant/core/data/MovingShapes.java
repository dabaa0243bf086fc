package io.accelerant.core.data;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/**
 * Videos of one shape that moves evenly and bounces off the walls: grey, anti-aliased, a function
 * of (seed, id). The class is the shape: a square, a disc or a cross, drawn like start and
 * velocity.
 *
 * @param speed of each axis at most, in pixels a frame
 */
record MovingShapes(int frames, int height, int width, double speed, long seed)
    implements Serializable {
  /** Square, disc, cross. */
  static final int CLASSES = 3;

  private static final long PURPOSE = RandomStream.purpose("prepareVideos.movingShapes");

  /** Points of a pixel by side at which it is looked whether the shape is there. */
  private static final int POINTS = 4;

  /** One video's draws, in pixels and pixels a frame. */
  record Motion(int label, double x, double y, double speedX, double speedY) {}

  /** Half the side of a square; the other shapes cover about as much. */
  private double extent() {
    return 1 + Math.min(height, width) / 16.0;
  }

  /** How near a centre comes to a wall. */
  double margin() {
    return 1.5 * extent();
  }

  Motion motion(long id) {
    RandomStream stream = new RandomStream(seed, PURPOSE, id, 0);
    int label = stream.nextInt(CLASSES);
    double x = margin() + (width - 2 * margin()) * stream.nextDouble();
    double y = margin() + (height - 2 * margin()) * stream.nextDouble();
    double speedX = speed * (2 * stream.nextDouble() - 1);
    double speedY = speed * (2 * stream.nextDouble() - 1);
    return new Motion(label, x, y, speedX, speedY);
  }

  /** Where the centre is in a frame, {x, y}. */
  double[] centre(Motion motion, int frame) {
    return new double[] {
      bounced(motion.x() + frame * motion.speedX(), width),
      bounced(motion.y() + frame * motion.speedY(), height)
    };
  }

  /** A place on a straight way, folded back into the room between two walls. */
  private double bounced(double place, int size) {
    double room = size - 2 * margin();
    double period = 2 * room;
    double from = place - margin();
    double folded = from - period * Math.floor(from / period);
    return margin() + (folded > room ? period - folded : folded);
  }

  /** [frames][height][width], bytes 0 to 255: the share of a pixel that the shape covers. */
  byte[] video(Motion motion) {
    byte[] video = new byte[frames * height * width];
    for (int frame = 0; frame < frames; frame++) {
      double[] centre = centre(motion, frame);
      for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
          int covered = 0;
          for (int p = 0; p < POINTS * POINTS; p++) {
            double x = column + (p % POINTS + 0.5) / POINTS - centre[0];
            double y = row + (p / POINTS + 0.5) / POINTS - centre[1];
            covered += covers(motion.label(), Math.abs(x), Math.abs(y)) ? 1 : 0;
          }
          video[(frame * height + row) * width + column] =
              (byte) Math.rint(255.0 * covered / (POINTS * POINTS));
        }
      }
    }
    return video;
  }

  /** Distances to the centre: |x| and |y|. */
  private boolean covers(int label, double x, double y) {
    double e = extent();
    return switch (label) {
      case 0 -> x < e && y < e;
      case 1 -> x * x + y * y < 1.5625 * e * e; // radius 5/4 e
      default -> Math.min(x, y) < e / 2 && Math.max(x, y) < 1.5 * e;
    };
  }
}
