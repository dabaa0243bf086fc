package io.accelerant.distill.lsd;

import java.util.Arrays;
import java.util.List;

/** What a sampler is fitted by; as a text, its name in configurations and {@code sampler.json}. */
enum Objective {
  /** The published one. */
  SCORE_L2("scoreL2", Row.PAPER) {
    @Override
    Fitted fit(FitRun run, int m, double[] jumps) {
      return new ScoreL2(run, CoefficientMode.SCALE, m).fit();
    }
  },
  /** The published one with the coefficients of the released code. */
  SCORE_L2_EXPONENT("scoreL2Exponent", Row.SCORE_L2_EXPONENT) {
    @Override
    Fitted fit(FitRun run, int m, double[] jumps) {
      return new ScoreL2(run, CoefficientMode.EXPONENT, m).fit();
    }
  },
  LOOKAHEAD("lookahead", Row.LOOKAHEAD) {
    @Override
    Fitted fit(FitRun run, int m, double[] jumps) {
      return Lookahead.fit(run, m);
    }
  },
  DIRECT("direct", Row.DIRECT) {
    @Override
    Fitted fit(FitRun run, int m, double[] jumps) {
      return new Direct(run, m).fit(List.of(run.settings().uniformTimes(m), jumps));
    }
  };

  private final String label;
  private final Row row;

  Objective(String label, Row row) {
    this.label = label;
    this.row = row;
  }

  /**
   * Fits M steps.
   *
   * @param jumps times of Jump Your Steps, to start from
   */
  abstract Fitted fit(FitRun run, int m, double[] jumps);

  /** The row as which it is measured. */
  Row row() {
    return row;
  }

  static String[] labels() {
    return Arrays.stream(values()).map(Objective::toString).toArray(String[]::new);
  }

  /**
   * @param label one of {@link #labels()}
   */
  static Objective ofLabel(String label) {
    return Arrays.stream(values()).filter(o -> o.label.equals(label)).findFirst().orElseThrow();
  }

  @Override
  public String toString() {
    return label;
  }
}
