package io.accelerant.distill.lsd;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.ExactToy;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import java.util.Arrays;

/**
 * The fits of the job on the toy whose every state can be listed: the same sums, taken over the
 * exact laws of student and teacher instead of over draws. Laws are [start][state], one row for
 * each state that the prior can draw.
 */
final class ExactFits {
  static final int TEACHER_STEPS = 64;

  private final ExactToy toy;
  private final DiffusionProcess process;
  private final ReverseKernel kernel = new Euler();
  private final double[][][] teacher = new double[TEACHER_STEPS][][];

  ExactFits(DiffusionGraph graph) {
    toy = ExactToy.reference(graph);
    process = toy.process();
    double[] times = GridSampler.uniformTimes(TEACHER_STEPS, ExactToy.END);
    for (int j = 0; j < TEACHER_STEPS; j++) {
      teacher[j] = transitions(ScoreTransform.IDENTITY, j, times[j], times[j + 1]);
    }
  }

  ExactToy toy() {
    return toy;
  }

  double totalVariation(Coefficients coefficients) {
    double[] times = GridSampler.uniformTimes(coefficients.phi().length, ExactToy.END);
    return toy.totalVariation(kernel, times, coefficients);
  }

  /**
   * A fit of {@link ScoreL2} in the order of the steps, which is where its passes converge to.
   *
   * @param sums [3 M], expectations
   */
  record ScoreL2Fitted(Coefficients coefficients, double[] sums) {}

  ScoreL2Fitted scoreL2(CoefficientMode mode, int steps) {
    Coefficients coefficients = Coefficients.constant(mode, 1, steps);
    double[] times = GridSampler.uniformTimes(steps, ExactToy.END);
    return new ScoreL2Fitted(coefficients, scoreL2Sums(coefficients, times, true));
  }

  /**
   * The sums of one pass at given times.
   *
   * @param fit put the closed form into the coefficients, step by step
   */
  double[] scoreL2Sums(Coefficients coefficients, double[] times, boolean fit) {
    int steps = times.length - 1;
    double[] sums = new double[3 * steps];
    double[] prior = toy.prior();
    double[][] student = identity();
    double[][] reference = identity();
    double[] teacherTimes = GridSampler.uniformTimes(steps, ExactToy.END);
    for (int k = 0; k < steps; k++) {
      double[][] scores = toy.scores(times[k]);
      double[][] teacherScores = toy.scores(teacherTimes[k]);
      for (int x = 0; x < prior.length; x++) {
        for (int n = 0; n < prior.length && prior[x] > 0; n++) {
          for (int r = 0; r < prior.length; r++) {
            double weight = prior[x] * student[x][n] * reference[x][r];
            for (int i = 0; i < toy.length() && weight > 0; i++) {
              ScoreL2.add(
                  process,
                  coefficients.mode(),
                  row(n, i, scores),
                  row(r, i, teacherScores),
                  weight,
                  sums,
                  k);
            }
          }
        }
      }
      if (fit) {
        coefficients.phi()[k] = ScoreL2.closedForm(sums)[k];
      }
      student = times(student, transitions(coefficients, k, times[k], times[k + 1]));
      for (double[][] fine : fine(k, steps)) {
        reference = times(reference, fine);
      }
    }
    return sums;
  }

  /** {@link Lookahead}. */
  Coefficients lookahead(int steps) {
    double[] times = GridSampler.uniformTimes(steps, ExactToy.END);
    Coefficients coefficients = Coefficients.constant(CoefficientMode.POSTERIOR_EXPONENT, 1, steps);
    double[] law = toy.prior();
    for (int k = 0; k < steps; k++) {
      double[][] before = toy.scores(times[k]);
      double[][] after = toy.scores(times[k + 1]);
      double[][] ahead = identity();
      for (double[][] fine : fine(k, steps)) {
        ahead = times(ahead, fine);
      }
      double[] sums = new double[2];
      for (int n = 0; n < law.length; n++) {
        for (int r = 0; r < law.length; r++) {
          double weight = law[n] * ahead[n][r];
          for (int i = 0; i < toy.length() && weight > 0; i++) {
            Lookahead.add(process, row(n, i, before), row(r, i, after), weight, sums);
          }
        }
      }
      coefficients.phi()[k] = Lookahead.phi(sums);
      law = toy.step(law, kernel, coefficients, k, times[k], times[k + 1]);
    }
    return coefficients;
  }

  private ScoreRow row(int state, int position, double[][] scores) {
    return ScoreRow.of(process, toy.states()[state], position, scores[state]);
  }

  /** The teacher's steps inside step k of the student. */
  private double[][][] fine(int k, int steps) {
    int n = TEACHER_STEPS / steps;
    return Arrays.copyOfRange(teacher, k * n, (k + 1) * n);
  }

  /** Probability of every next state given every state. */
  private double[][] transitions(ScoreTransform transform, int k, double t, double u) {
    double[][] scores = toy.scores(t);
    int symbols = process.symbols();
    double[][] matrix = new double[scores.length][scores.length];
    double[][] rows = new double[toy.length()][symbols];
    for (int n = 0; n < scores.length; n++) {
      for (int i = 0; i < rows.length; i++) {
        int symbol = toy.states()[n][i];
        transform.apply(process, k, symbol, t, scores[n], i * symbols);
        kernel.probabilities(process, symbol, scores[n], i * symbols, t, u, rows[i]);
      }
      for (int m = 0; m < scores.length; m++) {
        matrix[n][m] = 1;
        for (int i = 0; i < rows.length; i++) {
          matrix[n][m] *= rows[i][toy.states()[m][i]];
        }
      }
    }
    return matrix;
  }

  private double[][] identity() {
    double[][] matrix = new double[toy.states().length][toy.states().length];
    for (int n = 0; n < matrix.length; n++) {
      matrix[n][n] = 1;
    }
    return matrix;
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b.length];
    for (int n = 0; n < a.length; n++) {
      for (int k = 0; k < b.length; k++) {
        for (int m = 0; m < b.length && a[n][k] > 0; m++) {
          product[n][m] += a[n][k] * b[k][m];
        }
      }
    }
    return product;
  }
}
