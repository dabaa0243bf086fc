package io.accelerant.distill.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.lm.LongCounts;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;

class SampleDifferenceTest {
  private static final int SAMPLES = 400;

  /** Samples of 10 pairs of which each is wrong with this probability; equal ids share a part. */
  private static Measured sampler(double error, double shared, long seed) {
    double[] main = new double[2 * SAMPLES];
    for (int b = 0; b < SAMPLES; b++) {
      RandomStream own = new RandomStream(seed, RandomStream.purpose("test.own"), b, 0);
      RandomStream common = new RandomStream(1, RandomStream.purpose("test.common"), b, 0);
      for (int i = 0; i < 10; i++) {
        double u = common.nextDouble();
        double v = own.nextDouble();
        main[2 * b] += (own.nextDouble() < shared ? u : v) < error ? 1 : 0;
      }
      main[2 * b + 1] = 10;
    }
    return new Measured(main, new double[2], new long[1][0], 1, 0, 0, 0);
  }

  private static PairedDifference difference(Measured first, Measured second, long seed) {
    return new SampleMeter.Countdown().difference(first, second, seed);
  }

  /** 20 blocks of 500 draws from a law of 4 pairs of which the first has this probability. */
  private static Measured blocks(double first, long seed) {
    long[][] pairs = new long[20][];
    for (int b = 0; b < 20; b++) {
      RandomStream stream = new RandomStream(seed, RandomStream.purpose("test.pairs"), b, 0);
      LongCounts counts = new LongCounts();
      for (int i = 0; i < 500; i++) {
        counts.add(stream.nextDouble() < first ? 0 : 3, 1);
      }
      pairs[b] = counts.packed();
    }
    return new Measured(new double[4], new double[2], pairs, 1, 0, 0, 0);
  }

  /**
   * |p1 - q| - |p2 - q| of two independent shares: sd = sqrt(.6 .4 / 10000 + .7 .3 / 10000) =
   * .0067.
   */
  @Test
  void aDistanceOfLawsIsComparedByTheJackknife() {
    SampleMeter meter = new SampleMeter.Bigrams(new double[] {0.5, 0, 0, 0.5});
    PairedDifference worse = meter.difference(blocks(0.7, 1), blocks(0.6, 2), 7);
    assertThat(worse.value()).isCloseTo(0.1, within(0.03));
    assertThat((worse.high() - worse.low()) / 3.92).isCloseTo(0.0067, within(0.003));
    assertThat(meter.difference(blocks(0.6, 1), blocks(0.6, 1), 7).value()).isZero();
    assertThat(meter.difference(blocks(0.6, 1), blocks(0.6, 2), 7).verdict("A", "B"))
        .contains("cannot be told");
  }

  @Test
  void samplersOfOneLawCannotBeTold() {
    PairedDifference difference = difference(sampler(0.2, 0, 2), sampler(0.2, 0, 3), 7);
    assertThat(difference.low()).isNegative().isLessThan(difference.value());
    assertThat(difference.high()).isPositive().isGreaterThan(difference.value());
    assertThat(difference.verdict("A", "B")).startsWith("A cannot be told from B: ");
  }

  @Test
  void samplersThatDifferAreTold() {
    PairedDifference better = difference(sampler(0.1, 0, 2), sampler(0.2, 0, 3), 7);
    assertThat(better.value()).isCloseTo(-0.1, within(0.03));
    assertThat(better.high()).isNegative();
    assertThat(better.verdict("A", "B")).startsWith("A beats B: -0.");
    PairedDifference worse = difference(sampler(0.2, 0, 3), sampler(0.1, 0, 2), 7);
    assertThat(worse.value()).isEqualTo(-better.value());
    assertThat(worse.low()).isPositive();
    assertThat(worse.verdict("A", "B")).startsWith("A is worse than B: +0.");
  }

  @Test
  void aSamplerDoesNotDifferFromItself() {
    Measured one = sampler(0.2, 0, 2);
    assertThat(difference(one, one, 7)).isEqualTo(new PairedDifference(0, 0, 0));
  }

  /** Two independent shares of 4000 pairs: sd = sqrt(2 * .2 * .8 / 4000) = 0.0089. */
  @Test
  void theIntervalHasTheWidthOfTheNormalLaw() {
    PairedDifference difference = difference(sampler(0.2, 0, 2), sampler(0.2, 0, 3), 7);
    assertThat(difference.high() - difference.low()).isCloseTo(2 * 1.96 * 0.0089, within(0.006));
  }

  @Test
  void commonDrawsMakeTheIntervalNarrow() {
    PairedDifference apart = difference(sampler(0.2, 0, 2), sampler(0.25, 0, 3), 7);
    PairedDifference paired = difference(sampler(0.2, 0.95, 2), sampler(0.25, 0.95, 3), 7);
    assertThat(paired.high() - paired.low()).isLessThan(0.7 * (apart.high() - apart.low()));
  }

  @Test
  void theSeedDecidesTheResamples() {
    Measured one = sampler(0.2, 0, 2);
    Measured two = sampler(0.2, 0, 3);
    assertThat(difference(one, two, 7)).isEqualTo(difference(one, two, 7));
    assertThat(difference(one, two, 8)).isNotEqualTo(difference(one, two, 7));
  }

  @Test
  void differentNumbersOfSamplesCannotBePaired() {
    Measured few = new Measured(new double[4], new double[2], new long[1][0], 1, 0, 0, 0);
    assertThatThrownBy(() -> difference(few, sampler(0.2, 0, 2), 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 samples cannot be paired with 400");
  }
}
