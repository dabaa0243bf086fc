package io.accelerant.core.lm.task;

import io.accelerant.core.json.RecordJson;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A source of prompts that a program can check: a pure function of (seed, id). The tasks are
 * records of their parameters.
 */
public interface PromptTask extends Serializable {
  /** What an example says of itself if nothing was planted. */
  String CLEAN = "";

  /** What an example says of itself that is to stay although its prompt is there already. */
  String DUPLICATE = "duplicate";

  /** What a configuration calls it, behind {@code task:}. */
  String name();

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

  /** Every character that a prompt or an answer may hold, each once; in a cloze without the gap. */
  String symbols();

  /** Whether answers fill gaps of the prompt instead of following it. */
  default boolean isCloze() {
    return false;
  }

  /** What {@link Tasks#of} and {@link Tasks#checker} rebuild it from. */
  @SuppressWarnings("unchecked") // a record is a map by names
  default Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("kind", name());
    config.putAll((Map<String, Object>) RecordJson.tree(this));
    return config;
  }

  /**
   * A prompt with one right answer (or, where slips are planted, one written answer).
   *
   * @param prompt what is given; in a cloze a {@link #GAP} stands for each missing symbol
   * @param answer what follows the prompt, or the symbols of the gaps in order
   * @param group the part of the task that it belongs to, such as {@code k2}: metrics and clusters
   *     go by it
   * @param planted what is true of it and no method may read, such as {@code noise}; {@link #CLEAN}
   *     if there is nothing
   */
  record Example(String prompt, String answer, String group, String planted) {
    /** With nothing planted. */
    public Example(String prompt, String answer, String group) {
      this(prompt, answer, group, CLEAN);
    }
  }

  /** A missing symbol of a cloze. */
  char GAP = '_';
}
