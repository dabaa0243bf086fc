package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SampleCountsTest {
  @Test
  void knownValues() {
    SampleCounts counts = new SampleCounts(2);
    counts.add(new int[] {0, 1, 0, 1, 0, 1});
    counts.add(new int[] {0, 0});
    assertThat(counts.samples()).isEqualTo(2);
    assertThat(counts.symbols()).isEqualTo(8);
    assertThat(counts.entropy())
        .isEqualTo(-5 / 8.0 * Math.log(5 / 8.0) - 3 / 8.0 * Math.log(3 / 8.0), within(1e-15));
    assertThat(counts.bigramLaw()).containsExactly(1 / 6.0, 3 / 6.0, 2 / 6.0, 0);
    assertThat(counts.bigramTv(new double[] {0.25, 0.25, 0.25, 0.25}))
        .isEqualTo(1 / 3.0, within(1e-15));
    // 0101, 1010, 0101
    assertThat(counts.distinct4()).isEqualTo(2 / 3.0);
    assertThat(counts.entropy4())
        .isEqualTo(-2 / 3.0 * Math.log(2 / 3.0) - 1 / 3.0 * Math.log(1 / 3.0), within(1e-15));
  }

  @Test
  void mergedPartsAreTheWhole() {
    SampleCounts whole = new SampleCounts(27);
    SampleCounts merged = new SampleCounts(27);
    for (int s = 0; s < 10; s++) {
      int[] tokens = new int[30];
      for (int i = 0; i < 30; i++) {
        tokens[i] = (s * i + i * i) % 27;
      }
      SampleCounts part = new SampleCounts(27);
      part.add(tokens);
      whole.add(tokens);
      merged.merge(part);
    }
    assertThat(merged)
        .usingRecursiveComparison()
        .withEqualsForType((a, b) -> Arrays.equals(a.packed(), b.packed()), LongCounts.class)
        .isEqualTo(whole);
  }

  @Test
  void withoutFourSymbolsThereIsNoFourgramMetric() {
    SampleCounts counts = new SampleCounts(3);
    counts.add(new int[] {0, 1, 2});
    assertThat(counts.distinct4()).isNaN();
    assertThat(counts.entropy4()).isNaN();
  }

  @Test
  void metricsAreMeansWithTheirSpread() {
    SampleCounts counts = new SampleCounts(2);
    counts.add(new int[] {0, 1, 0, 1});
    TextMetrics metrics =
        TextMetrics.of(counts, new double[] {1, 2, 6}, new double[] {0.25, 0.25, 0.25, 0.25});
    assertThat(metrics.judgeNll()).isEqualTo(3);
    assertThat(metrics.judgeNllSd()).isEqualTo(Math.sqrt(7), within(1e-15));
    assertThat(metrics.flat("reference."))
        .containsEntry("reference.judgeNll", 3.0)
        .containsEntry("reference.judgeNll.sd", Math.sqrt(7))
        .containsKeys("reference.entropy", "reference.distinct4", "reference.bigramTv");
  }
}
