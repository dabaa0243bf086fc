package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.model.markov.MarkovModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WalkTest {
  private static final long PURPOSE = RandomStream.purpose("test.walk");
  private static final long[] IDS = {3, 4, 5};

  private final ExactToy toy = ExactToy.reference(DiffusionGraph.ABSORB);
  private final DiscreteModel model = new MarkovModel(toy.chain(), toy.process(), 3);

  private static void step(Walk walk, double t, double u) {
    walk.evaluate(t);
    walk.step(new Euler(), ScoreTransform.IDENTITY, u);
  }

  /** Step k of a position takes the position's number of stream k, whatever happened before. */
  @Test
  void aWalkMayStartInTheMiddleOfAnother() {
    Walk whole = Walk.fromPrior(model, PURPOSE, 7, IDS);
    step(whole, 1, 0.6);
    int[] middle = whole.states().clone();
    step(whole, 0.6, 0.2);
    Walk rest = new Walk(model, middle, 1, PURPOSE, 7, IDS);
    step(rest, 0.6, 0.2);
    assertThat(rest.states()).isEqualTo(whole.states());
  }

  @Test
  void aBranchLeavesTheWalkWhereItIs() {
    Walk walk = Walk.fromPrior(model, PURPOSE, 7, IDS);
    Walk branch = walk.branch(5, PURPOSE);
    step(branch, 1, 0.1);
    assertThat(walk.masked()).isEqualTo(9);
    assertThat(branch.masked()).isLessThan(9);
  }

  @Test
  void stepsNameTheirNumberToTheTransform() {
    Walk walk = new Walk(model, new int[] {3, 3, 3}, 4, PURPOSE, 7, new long[] {0});
    for (int k = 4; k < 6; k++) {
      int expected = k;
      walk.evaluate(1 - 0.01 * k);
      walk.step(
          new Euler(),
          (process, step, symbol, time, scores, offset) -> assertThat(step).isEqualTo(expected),
          1 - 0.01 * (k + 1));
    }
  }

  @Test
  void denoisingLeavesNoMask() {
    Walk walk = Walk.fromPrior(model, PURPOSE, 7, IDS);
    walk.evaluate(1);
    walk.denoise();
    assertThat(Arrays.stream(walk.states())).allMatch(x -> x < 3);
    assertThat(walk.masked()).isZero();
  }
}
