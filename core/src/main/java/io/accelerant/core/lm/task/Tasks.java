package io.accelerant.core.lm.task;

import io.accelerant.core.json.JsonReader;
import java.util.List;

/** Checkers by what an artifact says of them. */
public final class Tasks {
  private Tasks() {}

  /**
   * The checker of a block {@code {"kind": "exact" | "lastNumber" | <a task>, parameters}}.
   *
   * @throws RuntimeException the reader's, if it is none
   */
  public static Checker checker(JsonReader config) {
    return switch (config.text("kind")) {
      case "exact" -> Checker.exact();
      case "lastNumber" -> Checker.lastNumber();
      case "cloze-chain" ->
          new ClozeChain(config.whole("modulus"), config.whole("links"), config.number("q"))
              .checker();
      case "addition" ->
          new Addition(config.whole("minimum"), config.whole("maximum"), List.of()).checker();
      default -> throw config.expected("kind", "the name of a checker");
    };
  }
}
