package io.accelerant.core.lm;

/** A source of prompts that a program can check: a pure function of (seed, id). */
public interface PromptTask {
  /**
   * The example of an id.
   *
   * @param seed the run's seed
   * @param id the example's dense id, from 0
   */
  Example example(long seed, long id);

  /** Decides which answers are right. */
  Checker checker();

  /**
   * The exact probability that an answer of the right form, its digits drawn uniformly and
   * independently, has the right result.
   */
  double chanceRate();

  /**
   * A prompt with one right answer (or, where slips are planted, one written answer).
   *
   * @param prompt what is given; in a cloze a {@code _} stands for each missing symbol
   * @param answer what follows the prompt, or the symbols of the gaps in order
   */
  record Example(String prompt, String answer) {}
}
