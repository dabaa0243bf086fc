package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.model.markov.MarkovModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FirstHittingTest {
  private final ExactToy toy = ExactToy.reference(DiffusionGraph.ABSORB);

  @Test
  void samplesFollowTheDataLaw() {
    long[] ids = new long[20_000];
    Arrays.setAll(ids, b -> b);
    int[] tokens =
        new FirstHitting().sample(new MarkovModel(toy.chain(), toy.process(), 3), 5, ids).tokens();
    assertThat(GridSamplerTest.chiSquare(toy, toy.data(), tokens))
        .isLessThan(26 + 6 * Math.sqrt(52));
  }

  /** The latest of L uniform times has the mean L/(L+1). */
  @Test
  void firstTimeHasTheMeanOfTheLatestOfLUniforms() {
    DiffusionProcess process = toy.process();
    for (int length : new int[] {1, 4, 16}) {
      double sum = 0;
      int draws = 20_000;
      for (int id = 0; id < draws; id++) {
        double uniform = new RandomStream(2, 3, id, length).nextDouble();
        double masked = FirstHitting.hit(process.masked(1), length, uniform);
        sum += FirstHitting.time(process, masked);
      }
      assertThat(sum / draws).isCloseTo(length / (length + 1.0), within(.01));
    }
  }

  @Test
  void timesAreThoseAtWhichTheMasksOfTheForwardProcessFall() {
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.Geometric(1e-4, 20), 3);
    RecordingModel teacher = new RecordingModel(new MarkovModel(toy.chain(), process, 3));
    int draws = 4000;
    long[] ids = new long[draws];
    Arrays.setAll(ids, b -> b);
    new FirstHitting().sample(teacher, 1, ids);
    // The share of symbols that are still masked at t is the mask probability of the process.
    for (double t : new double[] {.3, .6, .8}) {
      double share = teacher.times.stream().filter(time -> time <= t).count() / (3.0 * draws);
      assertThat(share).isCloseTo(process.masked(t), within(.02));
    }
  }

  @Test
  void rowsAtTheirOwnTimesGiveTheSameTokens() {
    DiscreteModel teacher = new MarkovModel(toy.chain(), toy.process(), 3);
    long[] ids = {1, 2, 3, 4, 5, 6};
    assertThat(new FirstHitting().sample(new RecordingModel(teacher), 1, ids).tokens())
        .isEqualTo(new FirstHitting().sample(teacher, 1, ids).tokens());
  }

  @Test
  void uniformGraphIsRefused() {
    ExactToy uniform = ExactToy.reference(DiffusionGraph.UNIFORM);
    DiscreteModel teacher = new MarkovModel(uniform.chain(), uniform.process(), 3);
    assertThatThrownBy(() -> new FirstHitting().sample(teacher, 1, new long[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absorb");
  }
}
