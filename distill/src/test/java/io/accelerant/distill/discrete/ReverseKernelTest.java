package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReverseKernelTest {
  private static final int V = 5;
  private static final NoiseSchedule LOGLINEAR = new NoiseSchedule.LogLinear(1e-3);
  private static final NoiseSchedule GEOMETRIC = new NoiseSchedule.Geometric(1e-4, 20);
  private static final List<ReverseKernel> ABSORBING =
      List.of(new Euler(), new Tweedie(), new TauLeaping(), new MdlmAncestral());
  private static final List<ReverseKernel> ANY =
      List.of(new Euler(), new Tweedie(), new TauLeaping());

  @Test
  void everyStepIsALawWhateverTheScores() {
    for (NoiseSchedule noise : List.of(LOGLINEAR, GEOMETRIC)) {
      for (DiffusionGraph graph : DiffusionGraph.values()) {
        DiffusionProcess process = new DiffusionProcess(graph, noise, V);
        double[] law = new double[process.symbols()];
        for (int id = 0; id < 200; id++) {
          RandomStream stream = new RandomStream(1, 2, id, 0);
          int symbol = stream.nextInt(process.symbols());
          double[] scores = scores(process, symbol, stream);
          double t = .01 + .99 * stream.nextDouble();
          double u = t * stream.nextDouble();
          for (ReverseKernel kernel : graph == DiffusionGraph.ABSORB ? ABSORBING : ANY) {
            kernel.probabilities(process, symbol, scores, 0, t, u, law);
            assertThat(Arrays.stream(law)).allMatch(p -> p >= 0);
            assertThat(Arrays.stream(law).sum()).isCloseTo(1, within(1e-12));
            if (graph == DiffusionGraph.ABSORB && symbol != process.mask()) {
              assertThat(law[symbol]).isEqualTo(1);
            }
          }
        }
      }
    }
  }

  @Test
  void exactScoresOfTheLogLinearAbsorbingGraphMakeEulerAnalytic() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, LOGLINEAR, V);
    double[] euler = new double[V + 1];
    double[] other = new double[V + 1];
    for (int id = 0; id < 100; id++) {
      RandomStream stream = new RandomStream(3, 2, id, 0);
      double t = .01 + .99 * stream.nextDouble();
      double u = t * stream.nextDouble();
      double[] scores = new double[V + 1];
      Scores.fromPosterior(process, V, posterior(stream), 0, t, scores, 0);
      assertThat(new Euler().probabilities(process, V, scores, 0, t, u, euler)).isZero();
      assertThat(euler[V]).isCloseTo(u / t, within(1e-12)); // unmask probability dt/t
      for (ReverseKernel kernel : List.of(new Tweedie(), new MdlmAncestral())) {
        kernel.probabilities(process, V, scores, 0, t, u, other);
        assertThat(other).containsExactly(euler, within(1e-12));
      }
    }
  }

  @Test
  void analyticStepDownToNoNoiseReturnsThePosterior() {
    for (NoiseSchedule noise : List.of(LOGLINEAR, GEOMETRIC)) {
      for (DiffusionGraph graph : DiffusionGraph.values()) {
        DiffusionProcess process = new DiffusionProcess(graph, noise, V);
        double[] scores = new double[process.symbols()];
        double[] law = new double[process.symbols()];
        for (int id = 0; id < 100; id++) {
          RandomStream stream = new RandomStream(4, 2, id, 0);
          double[] posterior = posterior(stream);
          double t = .05 + .95 * stream.nextDouble();
          int symbol = graph == DiffusionGraph.ABSORB ? process.mask() : stream.nextInt(V);
          Scores.fromPosterior(process, symbol, posterior, 0, t, scores, 0);
          Tweedie.posterior(process, symbol, scores, 0, t, law);
          assertThat(Arrays.copyOf(law, V)).containsExactly(posterior, within(1e-6));
        }
      }
    }
  }

  /** One position whose data law is known: the analytic step carries p_t to p_u exactly. */
  @Test
  void analyticStepIsExactForOnePosition() {
    double[] data = {.5, .2, .15, .1, .05};
    for (NoiseSchedule noise : List.of(LOGLINEAR, GEOMETRIC)) {
      for (DiffusionGraph graph : DiffusionGraph.values()) {
        DiffusionProcess process = new DiffusionProcess(graph, noise, V);
        double[] now = marginal(process, data, .8);
        double[] reached = new double[process.symbols()];
        double[] law = new double[process.symbols()];
        for (int x = 0; x < process.symbols(); x++) {
          double[] scores = new double[process.symbols()];
          for (int y = 0; y < process.symbols(); y++) {
            scores[y] = now[y] / now[x];
          }
          new Tweedie().probabilities(process, x, scores, 0, .8, .3, law);
          for (int y = 0; y < process.symbols(); y++) {
            reached[y] += now[x] * law[y];
          }
        }
        assertThat(reached).containsExactly(marginal(process, data, .3), within(1e-12));
      }
    }
  }

  @Test
  void eulerClipsAndCountsWhatIsNegative() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.UNIFORM, LOGLINEAR, V);
    double[] law = new double[V];
    double[] scores = {1, 9, 9, 9, 9};
    assertThat(new Euler().probabilities(process, 0, scores, 0, .99, .1, law)).isEqualTo(1);
    assertThat(law).containsExactly(new double[] {0, .25, .25, .25, .25}, within(1e-12));
  }

  @Test
  void tauLeapingRejectsSecondJumps() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, LOGLINEAR, 2);
    double rate = LOGLINEAR.rate(.5) * 3;
    double[] law = new double[3];
    new TauLeaping().probabilities(process, 2, new double[] {1, 2, 1}, 0, .5, .4, law);
    double one = .1 * rate * StrictMath.exp(-.1 * rate);
    assertThat(law).containsExactly(new double[] {one / 3, one * 2 / 3, 1 - one}, within(1e-12));
  }

  @Test
  void ancestralStepNeedsTheAbsorbingGraph() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.UNIFORM, LOGLINEAR, V);
    assertThatThrownBy(
            () ->
                new MdlmAncestral()
                    .probabilities(process, 0, new double[V], 0, .5, .4, new double[V]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absorb");
  }

  private static double[] marginal(DiffusionProcess process, double[] data, double t) {
    double[] law = new double[process.symbols()];
    for (int y = 0; y < law.length; y++) {
      for (int a = 0; a < data.length; a++) {
        law[y] += data[a] * ForwardProcess.probability(process, a, y, t);
      }
    }
    return law;
  }

  private static double[] scores(DiffusionProcess process, int symbol, RandomStream stream) {
    double[] scores = new double[process.symbols()];
    for (int y = 0; y < scores.length; y++) {
      scores[y] = StrictMath.exp(6 * stream.nextDouble() - 3);
    }
    scores[symbol] = 1;
    return scores;
  }

  private static double[] posterior(RandomStream stream) {
    double[] law = new double[V];
    for (int y = 0; y < V; y++) {
      law[y] = stream.nextInt(4) == 0 ? 0 : stream.nextOpenDouble();
    }
    law[stream.nextInt(V)] += .1;
    double sum = Arrays.stream(law).sum();
    return Arrays.stream(law).map(p -> p / sum).toArray();
  }
}
