package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GaussianLawTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final double R = Math.sqrt(0.5);

  /** Three dimensions, variances 2, .3 and one along directions that are no axes. */
  private static GaussianLaw law(double third) {
    return new GaussianLaw(
        new double[] {0.4, -1, 0.2},
        new double[][] {{R, R, 0}, {R, -R, 0}, {0, 0, 1}},
        new double[] {2, 0.3, third});
  }

  /** eps(x, t) = sigma (alpha^2 C + sigma^2 I)^-1 (x - alpha mu). */
  private record Score(GaussianLaw law) implements ContinuousModel {
    @Override
    public int size() {
      return law.size();
    }

    @Override
    public void noise(double[] x, Node node, int[] labels, double[] noise) {
      Arrays.fill(noise, 0);
      for (int row = 0; row < labels.length; row++) {
        for (int k = 0; k < law.values().length; k++) {
          double along = 0;
          for (int i = 0; i < size(); i++) {
            along += law.vectors()[k][i] * (x[row * size() + i] - node.alpha() * law.mean()[i]);
          }
          double variance =
              node.alpha() * node.alpha() * law.values()[k] + node.sigma() * node.sigma();
          for (int i = 0; i < size(); i++) {
            noise[row * size() + i] += node.sigma() / variance * along * law.vectors()[k][i];
          }
        }
      }
    }
  }

  private static double[] jump(GaussianLaw law, double[] x, double from, double to) {
    return law.jump(x, SCHEDULE.node(from), SCHEDULE.node(to));
  }

  private static double[] solved(ContinuousModel model, double[] x, double to, int steps) {
    return new ReferenceSolution(ReferenceSolution.Method.RK4, steps, SCHEDULE)
        .states(x, new double[] {1, to}, Denoiser.plain(model, x.length / model.size()))[1];
  }

  @Test
  void theJumpIsTheSolutionForANormalLaw() {
    double[] noise = Mixtures.noise(4, 3, 1);
    GaussianLaw law = law(0.05);
    for (double to : new double[] {0.8, 0.5, 0.2}) {
      assertThat(jump(law, noise, 1, to))
          .containsExactly(solved(new Score(law), noise, to, 6000), within(1e-12));
    }
  }

  @Test
  void directionsThatAreLeftOutAreThoseWithoutVariance() {
    GaussianLaw whole = law(0);
    GaussianLaw two =
        new GaussianLaw(
            whole.mean(), Arrays.copyOf(whole.vectors(), 2), Arrays.copyOf(whole.values(), 2));
    double[] noise = Mixtures.noise(4, 3, 1);
    assertThat(jump(two, noise, 1, 0.3)).containsExactly(jump(whole, noise, 1, 0.3), within(1e-14));
  }

  @Test
  void twoJumpsAreOneAndBackIsTheBeginning() {
    double[] noise = Mixtures.noise(4, 3, 1);
    GaussianLaw law = law(0.05);
    double[] middle = jump(law, noise, 1, 0.7);
    assertThat(jump(law, middle, 0.7, 0.3))
        .containsExactly(jump(law, noise, 1, 0.3), within(1e-13));
    assertThat(jump(law, middle, 0.7, 1)).containsExactly(noise, within(1e-13));
  }

  /** Where noise is large, the mixture looks like its moments. */
  @Test
  void ofAMixtureTheJumpIsGoodAsLongAsNoiseHidesIt() {
    GaussianMixture mixture = Mixtures.sixteen(3);
    GaussianMixture.Moments moments = mixture.moments(ContinuousModel.NO_LABEL);
    double[] noise = Mixtures.noise(16, 16, 1);
    double before = 0;
    double[] largest = {1e-10, 1e-6, 1e-3, 1e-1};
    double[] times = {0.9, 0.7, 0.5, 0.3};
    for (int i = 0; i < times.length; i++) {
      double[] truth = solved(mixture.open(), noise, times[i], 600);
      double[] jumped = jump(law(moments), noise, 1, times[i]);
      double error = Math.pow(Mixtures.distance(jumped, truth), 2) * truth.length;
      error /= Arrays.stream(truth).map(x -> x * x).sum();
      assertThat(error).as("t = %s", times[i]).isLessThan(largest[i]).isGreaterThan(before);
      before = error;
    }
  }

  /** Eight evaluations of UniPC-3 bh2 on log-SNR: a fifth of its error after a jump, or less. */
  @Test
  void aSolverAfterAJumpHasAFifthOfTheErrorOrLess() {
    GaussianMixture mixture = Mixtures.sixteen(3);
    GaussianLaw law = law(mixture.moments(ContinuousModel.NO_LABEL));
    double[] noise = Mixtures.noise(128, 16, 1);
    double[] truth = solved(mixture.open(), noise, 1e-3, 600);
    Solver solver = Solver.unipc(3, UniPc.Variant.BH2, CorrectorUse.ALL);
    double plain = squared(solver, 1, noise, mixture, truth);
    for (double to : new double[] {0.7, 0.6, 0.5}) {
      double jumped = squared(solver, to, jump(law, noise, 1, to), mixture, truth);
      assertThat(jumped).as("t' = %s", to).isLessThanOrEqualTo(0.2 * plain);
    }
  }

  private static double squared(
      Solver solver, double start, double[] x, GaussianMixture mixture, double[] truth) {
    double[] times = Spacing.LOG_SNR.times(SCHEDULE, start, 1e-3, 8);
    double[] end = solver.on(SCHEDULE, times).sample(x, Denoiser.plain(mixture.open(), 128));
    return Math.pow(Mixtures.distance(end, truth), 2);
  }

  /** All directions of a covariance. */
  private static GaussianLaw law(GaussianMixture.Moments moments) {
    var eigen = io.accelerant.core.math.SymmetricEigen.of(moments.covariance());
    double[][] rows = new double[moments.mean().length][moments.mean().length];
    for (int k = 0; k < rows.length; k++) {
      for (int i = 0; i < rows.length; i++) {
        rows[k][i] = eigen.vectors()[i][k];
      }
    }
    return new GaussianLaw(moments.mean(), rows, eigen.values());
  }

  @Test
  void momentsOfAMixtureAreThoseOfItsSamples() {
    GaussianMixture one =
        new GaussianMixture(
            new double[] {3, 1},
            new double[][] {{1, 0}, {-1, 2}},
            new double[] {0.5, 0.1},
            new int[] {0, 1});
    GaussianMixture.Moments all = one.moments(ContinuousModel.NO_LABEL);
    assertThat(all.mean()).containsExactly(0.5, 0.5);
    assertThat(all.covariance()[0])
        .containsExactly(new double[] {0.75 * 0.25 + 0.0025 + 0.75, -0.75}, within(1e-15));
    assertThat(all.covariance()[1])
        .containsExactly(new double[] {-0.75, 0.75 * 0.25 + 0.0025 + 0.75}, within(1e-15));
    assertThat(one.moments(1).mean()).containsExactly(-1, 2);
    assertThat(one.moments(1).covariance()[1])
        .containsExactly(new double[] {0, 0.01}, within(1e-17));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(
            () -> new GaussianLaw(new double[3], new double[][] {{1, 0, 0}}, new double[] {1, 2}))
        .hasMessageContaining("2 variances and 1 directions in 3 dimensions");
  }
}
