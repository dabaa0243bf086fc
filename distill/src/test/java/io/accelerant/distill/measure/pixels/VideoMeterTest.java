package io.accelerant.distill.measure.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.data.PixelShape;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.random.RandomStream;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Videos of four frames of 8 x 8: an upright (0) or a lying bar (1) that moves to the right. */
class VideoMeterTest {
  private static final PixelShape SHAPE = new PixelShape(1, 4, 8, 8);

  private static VideoMeter meter;

  @BeforeAll
  static void train() {
    Engine.start(1, "auto");
    LabelledPixels training = videos(0, 256, 0.5);
    meter =
        new VideoMeter(
            SHAPE, VideoMeter.Networks.train(training, 2, 120, 1), training, videos(256, 128, 0.5));
  }

  /**
   * @param speed pixels a frame
   */
  private static LabelledPixels videos(int from, int count, double speed) {
    byte[][] videos = new byte[count][4 * 64];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(5, 2, from + i, 0);
      labels[i] = i % 2;
      double x = 2 + 2 * stream.nextDouble();
      double y = 2 + 4 * stream.nextDouble();
      for (int p = 0; p < videos[i].length; p++) {
        double dx = Math.abs(p % 8 + 0.5 - x - speed * (p / 64));
        double dy = Math.abs(p / 8 % 8 + 0.5 - y);
        double reach = labels[i] == 0 ? Math.max(dx - 0.5, dy - 2) : Math.max(dx - 2, dy - 0.5);
        videos[i][p] = (byte) Math.rint(255 * Math.max(0, Math.min(1, 0.5 - reach)));
      }
    }
    return new LabelledPixels(videos, labels);
  }

  @Test
  void freshRealVideosAreNear() {
    Map<String, Double> fresh = meter.measure(videos(1000, 128, 0.5));
    assertThat(fresh.get("accuracy")).isGreaterThan(0.9);
    assertThat(fresh.get("dynamic")).isCloseTo(1, within(0.15));
    assertThat(fresh.get("jitter")).isLessThan(0.15);
    Map<String, Double> same = meter.measure(meter.real());
    for (String space : VideoMeter.SPACES) {
      assertThat(same.get("frechet." + space)).isCloseTo(0, within(1e-4));
      assertThat(fresh.get("frechet." + space)).isPositive();
    }
    assertThat(same.get("dynamic")).isEqualTo(1);
  }

  /** A number that is none could not be written into the manifest. */
  @Test
  void realVideosThatStandStillHaveNoSpeedToCompareWith() {
    LabelledPixels still = new LabelledPixels(new byte[16][4 * 64], new int[16]);
    VideoMeter motionless =
        new VideoMeter(SHAPE, VideoMeter.Networks.train(still, 2, 1, 1), still, still);
    assertThat(motionless.measure(still))
        .doesNotContainKey("dynamic")
        .allSatisfy((name, number) -> assertThat(number).as(name).isFinite());
  }

  @Test
  void whatStandsStillOrJumpsIsSeen() {
    Map<String, Double> fresh = meter.measure(videos(1000, 128, 0.5));
    Map<String, Double> still = meter.measure(videos(1000, 128, 0));
    assertThat(still.get("dynamic")).isLessThan(0.05);
    assertThat(still.get("frechet.pixels")).isGreaterThan(fresh.get("frechet.pixels"));
    LabelledPixels jumping = videos(1000, 128, 0.5);
    for (byte[] video : jumping.images()) { // frames 0, 2, 1, 3
      byte[] second = java.util.Arrays.copyOfRange(video, 64, 128);
      System.arraycopy(video, 128, video, 64, 64);
      System.arraycopy(second, 0, video, 128, 64);
    }
    assertThat(meter.measure(jumping).get("jitter")).isGreaterThan(1.5 * fresh.get("jitter"));
  }

  @Test
  void classesThatAreNotShownAreSeenByAccuracyAndFrechetDistances() {
    LabelledPixels others = videos(1000, 128, 0.5);
    LabelledPixels swapped =
        new LabelledPixels(
            others.images(), java.util.Arrays.stream(others.labels()).map(c -> 1 - c).toArray());
    assertThat(meter.measure(swapped).get("accuracy")).isLessThan(0.1);
    LabelledPixels noise = videos(1000, 128, 0.5);
    for (int i = 0; i < noise.count(); i++) {
      RandomStream stream = new RandomStream(6, 2, i, 0);
      for (int p = 0; p < noise.images()[i].length; p++) {
        noise.images()[i][p] = (byte) stream.nextInt(256);
      }
    }
    Map<String, Double> fresh = meter.measure(others);
    Map<String, Double> broken = meter.measure(noise);
    for (String space : VideoMeter.SPACES) {
      assertThat(broken.get("frechet." + space))
          .isGreaterThan(5 * Math.abs(fresh.get("frechet." + space)));
    }
  }
}
