package io.accelerant.core.lm.task;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.JsonReader;
import java.util.Arrays;
import java.util.List;

/** Tasks and checkers by what a configuration or an artifact says of them. */
public final class Tasks {
  /** What the tasks are called. */
  public static final List<String> NAMES =
      List.of(ClozeChain.NAME, Addition.NAME, ModularChain.NAME, SkillPool.NAME, ModSum.NAME);

  private Tasks() {}

  /**
   * The task of a block {@code {"kind": <its name>, parameters}}, see {@link PromptTask#config}.
   *
   * @throws ConfigException if a parameter is out of its range
   * @throws RuntimeException the reader's, if there is no such task, or a parameter is missing
   */
  public static PromptTask of(JsonReader config) {
    return switch (config.text("kind")) {
      case ClozeChain.NAME ->
          new ClozeChain(config.whole("modulus"), config.whole("links"), config.number("q"));
      case Addition.NAME ->
          new Addition(config.whole("minimum"), config.whole("maximum"), slips(config));
      case ModularChain.NAME ->
          new ModularChain(
              config.whole("modulus"),
              config.whole("minimum"),
              config.whole("maximum"),
              config.text("operators"));
      case SkillPool.NAME ->
          new SkillPool(
              config.whole("modulus"),
              config.whole("minimum"),
              config.whole("maximum"),
              config.number("mastered"),
              config.number("learnable"),
              config.number("noise"),
              config.number("duplicates"),
              config.whole("repeated"));
      case ModSum.NAME -> new ModSum(config.whole("digits"), config.whole("modulus"));
      default -> throw config.expected("kind", "one of " + String.join(", ", NAMES));
    };
  }

  /** A checker does without them. */
  private static List<Double> slips(JsonReader config) {
    return config.has("slips")
        ? Arrays.stream(config.numbers("slips")).boxed().toList()
        : List.of();
  }

  /**
   * The checker of a block {@code {"kind": "exact" | "lastNumber" | <a task>, parameters}}.
   *
   * @throws RuntimeException the reader's, if it is none
   */
  public static Checker checker(JsonReader config) {
    return switch (config.text("kind")) {
      case Checker.EXACT -> Checker.exact();
      case Checker.LAST_NUMBER -> Checker.lastNumber();
      default -> {
        try {
          yield of(config).checker();
        } catch (ConfigException e) {
          throw config.wrong("kind", "cannot be: " + e.getMessage());
        }
      }
    };
  }
}
