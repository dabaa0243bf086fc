package io.accelerant.distill.fastlightgen;

import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.VideoMeter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The spaces of {@link VideoMeter}: two networks that tell classes apart, and components of the
 * pixels; how even the motion is, how fast beside the data's, and whether samples are of their
 * class. Of images there is no motion.
 */
final class MeterJudge implements Judge {
  private static final String FRECHET = "frechet.";
  private static final String DYNAMIC = "dynamic";

  private final Map<Held, VideoMeter> meters = new EnumMap<>(Held.class);
  private final boolean moves;

  /**
   * Trains both networks in this process; a function of its arguments.
   *
   * @param steps of 64 rows each
   */
  MeterJudge(Ground ground, int steps, long seed) {
    LabelledPixels training = ground.training();
    VideoMeter.Networks networks =
        VideoMeter.Networks.train(training, ground.classes(), steps, seed);
    this.moves = ground.shape().frames() > 1;
    meters.put(Held.FIT, new VideoMeter(ground.shape(), networks, training, ground.fit()));
    meters.put(Held.TEST, new VideoMeter(ground.shape(), networks, training, ground.test()));
  }

  @Override
  public Map<String, Double> measure(LabelledPixels samples, Held held) {
    return named(meters.get(held).measure(samples));
  }

  @Override
  public Map<String, Double> floors() {
    return named(meters.get(Held.TEST).measure(meters.get(Held.FIT).real()));
  }

  private Map<String, Double> named(Map<String, Double> found) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    found.forEach(
        (name, number) -> {
          boolean still = !moves && (name.equals(JITTER) || name.equals(DYNAMIC));
          if (!still) {
            metrics.put(
                name.startsWith(FRECHET) ? DISTANCE + name.substring(FRECHET.length()) : name,
                number);
          }
        });
    return metrics;
  }

  @Override
  public void close() {}
}
