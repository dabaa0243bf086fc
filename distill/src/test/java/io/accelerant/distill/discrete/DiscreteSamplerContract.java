package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every sampler owes; extend it for each. */
public abstract class DiscreteSamplerContract {
  private static final int LENGTH = 12;
  private static final long[] IDS = {0, 1, 2, 3, 4, 1L << 40};

  /** A sampler that ends with a final denoising, or needs none. */
  protected abstract DiscreteSampler sampler();

  protected DiffusionGraph graph() {
    return DiffusionGraph.ABSORB;
  }

  @Test
  void timesFallStrictly() {
    RecordingModel teacher = new RecordingModel(teacher());
    sampler().sample(teacher, 1, new long[] {7});
    List<Double> times = teacher.times;
    assertThat(times.get(0)).isLessThanOrEqualTo(1);
    for (int k = 1; k < times.size(); k++) {
      assertThat(times.get(k)).isPositive().isLessThan(times.get(k - 1));
    }
  }

  @Test
  void evaluationsAreCounted() {
    RecordingModel teacher = new RecordingModel(teacher());
    DiscreteSampler.Samples samples = sampler().sample(teacher, 1, new long[] {7});
    assertThat(samples.evaluations()).isEqualTo(teacher.times.size());
  }

  @Test
  void tokensAreDataSymbols() {
    int[] tokens = sampler().sample(teacher(), 1, IDS).tokens();
    assertThat(tokens).hasSize(IDS.length * LENGTH);
    assertThat(Arrays.stream(tokens)).allMatch(x -> x >= 0 && x < 5);
  }

  @Test
  void seedDecides() {
    int[] tokens = sampler().sample(teacher(), 1, IDS).tokens();
    assertThat(sampler().sample(teacher(), 1, IDS).tokens()).isEqualTo(tokens);
    assertThat(sampler().sample(teacher(), 2, IDS).tokens()).isNotEqualTo(tokens);
  }

  @Test
  void batchesDoNotMatter() {
    DiscreteModel used = teacher();
    int[] together = sampler().sample(used, 1, IDS).tokens();
    for (int b = IDS.length - 1; b >= 0; b--) { // backwards, on a teacher that has seen other rows
      int[] alone = sampler().sample(used, 1, new long[] {IDS[b]}).tokens();
      for (int i = 0; i < LENGTH; i++) {
        assertThat(alone[i]).isEqualTo(together[b * LENGTH + i]);
      }
    }
  }

  /** From the third evaluation on, the scores of one row are NaN. */
  @Test
  void whatIsNoNumberIsNamed() {
    DiscreteModel good = teacher();
    int symbols = good.process().symbols();
    DiscreteModel bad =
        new DiscreteModel() {
          private int calls;

          @Override
          public String name() {
            return "The model /models/a";
          }

          @Override
          public DiffusionProcess process() {
            return good.process();
          }

          @Override
          public int length() {
            return LENGTH;
          }

          @Override
          public boolean timeAgnosticPosterior() {
            return good.timeAgnosticPosterior();
          }

          @Override
          public void scores(int[] states, int batch, double time, double[] scores) {
            good.scores(states, batch, time, scores);
            if (++calls >= 3) {
              scores[(5 * LENGTH + 4) * symbols] = Double.POSITIVE_INFINITY;
            }
          }
        };
    assertThatThrownBy(() -> sampler().sample(bad, 1, IDS))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "The model /models/a gives values that are not finite numbers for sample %d (row 5 of a batch), position 4, at step 3, t = ",
            1L << 40);
  }

  @Test
  void travelsAsBytes() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sampler());
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      DiscreteSampler copy = (DiscreteSampler) in.readObject();
      assertThat(copy.label()).isEqualTo(sampler().label());
      assertThat(copy.sample(teacher(), 1, IDS).tokens())
          .isEqualTo(sampler().sample(teacher(), 1, IDS).tokens());
    }
  }

  /** Countdown over 5 symbols, which makes contradicting states. */
  private DiscreteModel teacher() {
    DiffusionProcess process = new DiffusionProcess(graph(), new NoiseSchedule.LogLinear(1e-3), 5);
    return new MarkovModel(MarkovChain.countdown(5), process, LENGTH);
  }
}
