package io.accelerant.distill.measure.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;

class CentroidTrackTest {
  private static final CentroidTrack.Walls WALLS =
      new CentroidTrack.Walls(new double[] {3, 3}, new double[] {13, 13}, new double[] {1.5, 1.5});

  private static CentroidTrack track(int frames, double x, double y, double speedX, double speedY) {
    double[][] places = new double[2][frames];
    for (int frame = 0; frame < frames; frame++) {
      places[0][frame] = folded(x + frame * speedX);
      places[1][frame] = folded(y + frame * speedY);
    }
    return new CentroidTrack(places);
  }

  private static double folded(double place) {
    return place < 3 ? 6 - place : place > 13 ? 26 - place : place;
  }

  @Test
  void evenMotionHasNoJitterAlsoWhenItBounces() {
    RandomStream stream = new RandomStream(3, 1, 0, 0);
    for (int i = 0; i < 40; i++) {
      CentroidTrack even =
          track(
              8,
              3 + 10 * stream.nextDouble(),
              3 + 10 * stream.nextDouble(),
              3 * stream.nextDouble() - 1.5,
              3 * stream.nextDouble() - 1.5);
      assertThat(even.jitter(WALLS)).isLessThan(0.02);
    }
  }

  @Test
  void jitterIsTheDistanceToEvenMotion() {
    CentroidTrack even = track(8, 5, 8, 0.5, 0);
    for (int frame = 0; frame < 8; frame++) { // orthogonal to lines through four points each way
      even.places()[0][frame] += 0.4 * new double[] {1, -1, -1, 1, 1, -1, -1, 1}[frame];
    }
    assertThat(even.jitter(WALLS)).isBetween(0.36, 0.401);
    assertThat(track(8, 5, 8, 0, 0).jitter(WALLS)).isLessThan(0.01);
  }

  @Test
  void speedIsPixelsAFrame() {
    assertThat(track(4, 5, 5, 0.3, 0.4).speed()).isCloseTo(0.5, within(1e-12));
    assertThat(track(4, 5, 5, -1.2, 0.4).largestStep(0)).isCloseTo(1.2, within(1e-12));
  }

  @Test
  void theCentreIsThatOfBrightnessWithoutHaze() {
    byte[] video = new byte[2 * 4 * 6];
    java.util.Arrays.fill(video, (byte) 25); // haze
    video[6 + 2] = (byte) 255; // frame 0, row 1, column 2
    video[24 + 18 + 4] = (byte) 255; // frame 1, row 3, column 4
    CentroidTrack track = CentroidTrack.of(video, 1, 2, 4, 6);
    assertThat(track.places()[0]).containsExactly(2.5, 4.5);
    assertThat(track.places()[1]).containsExactly(1.5, 3.5);
    double[][] empty = CentroidTrack.of(new byte[48], 1, 2, 4, 6).places();
    assertThat(empty[0]).containsExactly(3, 3);
  }

  @Test
  void wallsAreTheExtremesOfTracks() {
    CentroidTrack.Walls walls =
        CentroidTrack.Walls.of(
            new CentroidTrack[] {track(4, 4, 5, 0.5, 0), track(4, 9, 6, 0, -0.25)});
    assertThat(walls.low()).containsExactly(4, 5);
    assertThat(walls.high()).containsExactly(9, 6);
    assertThat(walls.fastest()).containsExactly(0.5, 0.25);
  }
}
