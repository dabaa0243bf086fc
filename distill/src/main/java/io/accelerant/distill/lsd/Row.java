package io.accelerant.distill.lsd;

/** The samplers of the scoreboard; as a text, the start of their metrics' names. */
enum Row {
  EULER("euler"),
  TWEEDIE("tweedie"),
  /** Exact, one symbol an evaluation. */
  FIRST_HITTING("firstHitting"),
  /** Jump Your Steps. */
  JYS("jys"),
  /** The best single exponent, the control. */
  CONSTANT("constant"),
  /** {@link Objective#SCORE_L2}, whether it was asked for or not. */
  PAPER("paper"),
  /** The same as {@link #PAPER}, when it was asked for. */
  SCORE_L2("objective.scoreL2"),
  SCORE_L2_EXPONENT("objective.scoreL2Exponent"),
  LOOKAHEAD("objective.lookahead"),
  DIRECT("objective.direct"),
  /** The chosen one, which is published. */
  STUDENT("student");

  private final String label;

  Row(String label) {
    this.label = label;
  }

  @Override
  public String toString() {
    return label;
  }
}
