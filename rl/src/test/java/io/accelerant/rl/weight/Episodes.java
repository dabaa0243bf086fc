package io.accelerant.rl.weight;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Made-up data sets. */
public final class Episodes {
  private Episodes() {}

  /** Returns that depend on the start, with a few much better ones; lengths 1 to 40. */
  public static List<Episode> random(int count, int dimension, long seed) {
    return random(count, dimension, seed, 40);
  }

  /** As {@link #random(int, int, long)}, lengths 1 to {@code longest}. */
  public static List<Episode> random(int count, int dimension, long seed, int longest) {
    List<Episode> episodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(seed, RandomStream.purpose("test.episodes"), i, 0);
      List<Double> start =
          IntStream.range(0, dimension).mapToObj(k -> stream.nextGaussian()).toList();
      double value = -100 + 5 * stream.nextGaussian() + (i % 20 == 0 ? 60 : 0);
      for (double x : start) {
        value += 7 * x;
      }
      episodes.add(new Episode(i, value, 1 + stream.nextInt(longest), start));
    }
    return episodes;
  }

  /** The same with G to scale G + shift. */
  static List<Episode> affine(List<Episode> episodes, double scale, double shift) {
    return episodes.stream()
        .map(e -> new Episode(e.id(), scale * e.value() + shift, e.length(), e.start()))
        .toList();
  }
}
