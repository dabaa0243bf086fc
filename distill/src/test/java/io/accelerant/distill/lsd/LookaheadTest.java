package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.ExactToy;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LookaheadTest {
  private static final int MASK = 3;
  private final ExactToy toy = ExactToy.reference(DiffusionGraph.ABSORB);

  @Test
  void sumsAreThoseOfLogPosteriorsWhateverTheTime() {
    double[] sums = new double[2];
    ScoreRow before = new ScoreRow(MASK, new double[] {1, 2, 1, 1}, 0); // p = 1/4, 1/2, 1/4
    ScoreRow after = new ScoreRow(MASK, new double[] {0, 30, 10, 1}, 0); // p = 0, 3/4, 1/4
    Lookahead.add(toy.process(), before, after, 2, sums);
    double q = Math.log(0.25);
    double h = Math.log(0.5);
    assertThat(sums[0])
        .isCloseTo(2 * (q * Math.log(1e-3) + h * Math.log(0.75) + q * q), within(1e-12));
    assertThat(sums[1]).isCloseTo(2 * (2 * q * q + h * h), within(1e-12));
  }

  @Test
  void onlyPositionsThatAreMaskedInBothStatesCount() {
    double[] sums = new double[2];
    ScoreRow masked = new ScoreRow(MASK, new double[] {1, 2, 1, 1}, 0);
    ScoreRow open = new ScoreRow(0, new double[] {1, 0, 0, 0}, 0);
    Lookahead.add(toy.process(), masked, open, 1, sums);
    Lookahead.add(toy.process(), open, open, 1, sums);
    assertThat(sums).containsOnly(0);
  }

  @Test
  void phiIsTheRatioInItsRangeAndOneWhereNothingIsLeft() {
    assertThat(Lookahead.phi(new double[] {6, 4})).isEqualTo(1.5);
    assertThat(Lookahead.phi(new double[] {60, 4})).isEqualTo(3);
    assertThat(Lookahead.phi(new double[] {1, 4})).isEqualTo(0.5);
    assertThat(Lookahead.phi(new double[] {0, 0})).isEqualTo(1);
  }

  @Test
  void drawsApproachTheExactCoefficients() {
    int steps = 4;
    double[] exact = new ExactFits(DiffusionGraph.ABSORB).lookahead(steps).phi();
    Coefficients coefficients = new Coefficients(CoefficientMode.POSTERIOR_EXPONENT, exact);
    Fitted student = new Fitted(GridSampler.uniformTimes(steps, ExactToy.END), coefficients);
    long[] ids = LongStream.range(0, 3000).toArray();
    try (DiscreteModel teacher =
        new MarkovSource(toy.chain(), toy.process(), toy.length()).open()) {
      for (int k = 0; k < steps - 1; k++) { // few masks are left at the last one
        int fine = ExactFits.TEACHER_STEPS / steps;
        double[] sums = Lookahead.sums(teacher, new Euler(), student, k, fine, 5, ids);
        assertThat(Lookahead.phi(sums)).as("step %d", k).isCloseTo(exact[k], within(0.02));
      }
    }
  }
}
