package io.accelerant.core.lm;

/** How the tokens of one answer are weighed against each other; examples are always averaged. */
public enum AnswerReduction {
  /** Mean over the tokens: every example counts as much. What models are trained on. */
  MEAN,
  /** Sum over the tokens: {@code -log p(answer | prompt)} in nats, or a bound on it. */
  SUM
}
