package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.SparkTest;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fits as Spark stages give what their formulas give without Spark. */
class FitsTest extends SparkTest {
  private static final int COUNT = 40;
  private static final int BATCH = 16;
  private static final int LENGTH = 8;

  private static LsdSettings settings(String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=unused",
                "lsd.teacher=unused",
                "lsd.steps=[2,4]",
                "lsd.teacherSteps=16",
                "lsd.trajectories=" + COUNT,
                "lsd.batch=" + BATCH,
                "lsd.objective=scoreL2"));
    sets.addAll(List.of(more));
    return LsdSettings.of(JobConfig.load(List.of(), sets, LsdKeys.ALL));
  }

  private static MarkovSource source(LsdSettings settings) {
    MarkovChain chain = MarkovChain.countdown(5).smoothed(0.05);
    return new MarkovSource(
        chain, new DiffusionProcess(settings.graph(), settings.noise(), 5), LENGTH);
  }

  @ParameterizedTest
  @CsvSource({"SCALE, ABSORB", "EXPONENT, ABSORB", "SCALE, UNIFORM", "EXPONENT, UNIFORM"})
  void scoreL2AlternatesCoefficientsAndTimes(CoefficientMode mode, DiffusionGraph graph) {
    LsdSettings settings =
        settings("lsd.learnTimes=true", "lsd.passes=2", "lsd.graph=" + graph.label());
    Fitted fitted;
    try (FitRun run = new FitRun(context(), settings, source(settings))) {
      fitted = new ScoreL2(run, mode, 4).fit();
    }

    double[] uniform = StepLengths.times(StepLengths.ofLogits(new double[4], 1e-3), 1e-3);
    Coefficients none = Coefficients.constant(mode, 1, 4);
    double[] first = sums(settings, none, uniform, mode, 0);
    double[] phi = ScoreL2.closedForm(first);
    if (mode == CoefficientMode.EXPONENT) {
      for (int k = 0; k < 4; k++) {
        phi[k] = CoefficientMode.clipExponent(phi[k]);
      }
    }
    // eq. 8 compares kappa s with H s*: scores, whatever Phi does to them
    double[] second =
        sums(settings, new Coefficients(mode, phi), uniform, CoefficientMode.SCALE, 1);
    double[] kappa = ScoreL2.stepLengths(second, 0.999 / 4, 0.5, 1e-3);
    assertThat(fitted.coefficients().mode()).isEqualTo(mode);
    assertThat(fitted.coefficients().phi()).isEqualTo(phi);
    assertThat(fitted.times()).isEqualTo(StepLengths.times(kappa, 1e-3));
  }

  @Test
  void jumpYourStepsMeasuresItsBoundOnSoManySamples() {
    LsdSettings settings = settings("lsd.jysSamples=20");
    double[] times;
    try (FitRun run = new FitRun(context(), settings, source(settings))) {
      times = JumpYourSteps.fit(run, 4);
    }
    try (DiscreteModel teacher = source(settings).open()) {
      long[] first = ids(0);
      long[] rest = LongStream.range(BATCH, 20).toArray();
      int[] data = samples(teacher, settings, first);
      int[] more = Arrays.copyOf(samples(teacher, settings, ids(BATCH)), rest.length * LENGTH);
      long seed = settings.fitSeed("jys", 0);
      JumpYourSteps.Bound bound =
          (t1, t2, tn) -> {
            double[] values = new double[t1.length];
            Arrays.setAll(
                values,
                c ->
                    JumpYourSteps.klub(teacher, data, t1[c], t2[c], tn[c], seed, first)
                        + JumpYourSteps.klub(teacher, more, t1[c], t2[c], tn[c], seed, rest));
            return values;
          };
      assertThat(times).isEqualTo(JumpYourSteps.times(4, settings.tEnd(), bound));
    }
  }

  private static int[] samples(DiscreteModel teacher, LsdSettings settings, long[] ids) {
    return FitRun.walk(teacher, new Euler(), 16, 4, 1e-3, settings.seed(), ids)[4];
  }

  private static long[] ids(int from) {
    return LongStream.range(from, Math.min(from + BATCH, COUNT)).toArray();
  }

  /** One pass over all trajectories, micro-batch by micro-batch. */
  private static double[] sums(
      LsdSettings settings,
      Coefficients coefficients,
      double[] times,
      CoefficientMode compared,
      int pass) {
    List<double[]> parts = new ArrayList<>();
    try (DiscreteModel teacher = source(settings).open()) {
      for (int from = 0; from < COUNT; from += BATCH) {
        long[] ids = ids(from);
        int[][] walk = FitRun.walk(teacher, new Euler(), 16, 4, 1e-3, settings.seed(), ids);
        parts.add(
            ScoreL2.sums(
                teacher,
                new Euler(),
                new Fitted(times, coefficients),
                walk,
                compared,
                0.05,
                settings.fitSeed("scoreL2", pass),
                ids));
      }
    }
    return FitRun.sum(parts);
  }
}
