package io.accelerant.distill.measure.pixels;

import java.util.Arrays;

/**
 * Where what is bright in a video is, frame by frame, and how evenly it moves. Pixels are bytes,
 * [channels][frames][height][width]; those below a tenth of white count as black, since a haze
 * would pull every centre to the middle.
 *
 * @param places [2][frames]: x and y of the centre of brightness, in pixels
 */
record CentroidTrack(double[][] places) {
  private static final double BLACK = 25.5;

  static CentroidTrack of(byte[] video, int channels, int frames, int height, int width) {
    double[][] places = new double[2][frames];
    int area = height * width;
    for (int frame = 0; frame < frames; frame++) {
      double mass = 0;
      double x = 0;
      double y = 0;
      for (int c = 0; c < channels; c++) {
        int from = (c * frames + frame) * area;
        for (int p = 0; p < area; p++) {
          double bright = Math.max(0, (video[from + p] & 0xff) - BLACK);
          mass += bright;
          x += bright * (p % width + 0.5);
          y += bright * (p / width + 0.5);
        }
      }
      places[0][frame] = mass > 0 ? x / mass : width / 2.0;
      places[1][frame] = mass > 0 ? y / mass : height / 2.0;
    }
    return new CentroidTrack(places);
  }

  private int frames() {
    return places[0].length;
  }

  /** Mean distance from one frame to the next, in pixels. */
  double speed() {
    double sum = 0;
    for (int frame = 1; frame < frames(); frame++) {
      sum +=
          StrictMath.hypot(
              places[0][frame] - places[0][frame - 1], places[1][frame] - places[1][frame - 1]);
    }
    return sum / (frames() - 1);
  }

  /** The largest step along an axis. */
  double largestStep(int axis) {
    double largest = 0;
    for (int frame = 1; frame < frames(); frame++) {
      largest = Math.max(largest, Math.abs(places[axis][frame] - places[axis][frame - 1]));
    }
    return largest;
  }

  /**
   * Room for even motion along both axes.
   *
   * @param low [2] the wall at the smaller places
   * @param high [2] the other one
   * @param fastest [2] pixels a frame
   */
  record Walls(double[] low, double[] high, double[] fastest) {
    /** The extremes of tracks, such as those of real videos. */
    static Walls of(CentroidTrack[] tracks) {
      double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
      double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
      double[] fastest = new double[2];
      for (CentroidTrack track : tracks) {
        for (int axis = 0; axis < 2; axis++) {
          low[axis] = Math.min(low[axis], Arrays.stream(track.places[axis]).min().getAsDouble());
          high[axis] = Math.max(high[axis], Arrays.stream(track.places[axis]).max().getAsDouble());
          fastest[axis] = Math.max(fastest[axis], track.largestStep(axis));
        }
      }
      return new Walls(low, high, fastest);
    }
  }

  /**
   * Root mean square, over frames, of the distance to the nearest even motion that bounces off the
   * walls, in pixels: constant velocity between bounces.
   */
  double jitter(Walls walls) {
    double squares = 0;
    for (int axis = 0; axis < 2; axis++) {
      squares += nearest(places[axis], walls.low[axis], walls.high[axis], walls.fastest[axis]);
    }
    return StrictMath.sqrt(squares / frames());
  }

  private static final int STARTS = 12;
  private static final int SPEEDS = 21;
  private static final int ROUNDS = 5;

  /** Sum of squares to the best of a grid of starts and speeds, which shrinks about the best. */
  private static double nearest(double[] track, double low, double high, double fastest) {
    double room = high - low;
    if (!(room > 0)) {
      return distance(track, low, room, track[0], 0);
    }
    double start = (low + high) / 2;
    double speed = 0;
    double startReach = room / 2;
    double speedReach = fastest;
    double best = distance(track, low, room, start, speed);
    for (int round = 0; round < ROUNDS; round++) {
      double middle = start;
      double even = speed;
      for (int i = 0; i <= STARTS; i++) {
        double from = middle + startReach * (2.0 * i / STARTS - 1);
        for (int j = 0; j < SPEEDS; j++) {
          double v = even + speedReach * (2.0 * j / (SPEEDS - 1) - 1);
          double found = distance(track, low, room, from, v);
          if (found < best) {
            best = found;
            start = from;
            speed = v;
          }
        }
      }
      startReach /= 6;
      speedReach /= 8;
    }
    return best;
  }

  private static double distance(double[] track, double low, double room, double start, double v) {
    double sum = 0;
    for (int frame = 0; frame < track.length; frame++) {
      double difference = track[frame] - bounced(start + frame * v, low, room);
      sum += difference * difference;
    }
    return sum;
  }

  /** A place on a straight way, folded back between the walls. */
  private static double bounced(double place, double low, double room) {
    if (!(room > 0)) {
      return low;
    }
    double from = place - low;
    double folded = from - 2 * room * Math.floor(from / (2 * room));
    return low + (folded > room ? 2 * room - folded : folded);
  }
}
