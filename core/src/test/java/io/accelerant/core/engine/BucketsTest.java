package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BucketsTest {
  @Test
  void theSmallestBucketThatFitsIsTaken() {
    Buckets buckets = Buckets.of(64, 16, 32);
    assertThat(buckets.fit(1)).isEqualTo(16);
    assertThat(buckets.fit(16)).isEqualTo(16);
    assertThat(buckets.fit(17)).isEqualTo(32);
    assertThatThrownBy(() -> buckets.fit(65)).hasMessageContaining("64");
  }

  @Test
  void thereAreOneToFour() {
    assertThatThrownBy(() -> Buckets.of(1, 2, 3, 4, 5)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(Buckets::of).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> Buckets.of(0, 2)).isInstanceOf(ConfigException.class);
    assertThat(Buckets.upTo(100).sizes()).containsExactly(13, 25, 50, 100);
    assertThat(Buckets.upTo(1).sizes()).containsExactly(1);
  }

  @Property
  void cuttingCoversEveryItemOnce(
      @ForAll @IntRange(min = 0, max = 300) int items,
      @ForAll @IntRange(min = 1, max = 70) int longest) {
    int next = 0;
    for (Buckets.Slice slice : Buckets.upTo(longest).cut(items)) {
      assertThat(slice.from()).isEqualTo(next);
      assertThat(slice.count()).isBetween(1, slice.bucket());
      next += slice.count();
    }
    assertThat(next).isEqualTo(items);
  }

  /** A padded batch has the loss and the gradient of the unpadded one. */
  @Test
  void paddingOfWeightZeroChangesNothing() {
    TransformerExample full = new TransformerExample(3, 4, 8, 2, 1, 16, 7);
    TransformerExample padded = new TransformerExample(5, 4, 8, 2, 1, 16, 7);
    try (Program a = full.graph(Precision.FLOAT64).training("loss");
        Program b = padded.graph(Precision.FLOAT64).training("loss")) {
      int[] tokens = {1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5};
      double[] weights = new double[12];
      java.util.Arrays.fill(weights, 1.0 / 12);
      double[] parameters = TransformerExample.parameters(a.parameters());
      a.set("tokens", tokens).set("targets", tokens).set("weights", weights);
      b.set("tokens", Buckets.pad(tokens, 4, 5, 6))
          .set("targets", Buckets.pad(tokens, 4, 5, 6))
          .set("weights", Buckets.pad(weights, 4, 5));
      a.setParameters(parameters).run();
      b.setParameters(parameters).run();
      assertThat(b.scalar("loss"))
          .isCloseTo(a.scalar("loss"), org.assertj.core.api.Assertions.within(1e-14));
      double[] expected = a.gradients().toDoubles();
      double[] found = b.gradients().toDoubles();
      assertThat(found).containsExactly(expected, org.assertj.core.api.Assertions.within(1e-13));
    }
  }
}
