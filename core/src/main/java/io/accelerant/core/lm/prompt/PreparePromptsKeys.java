package io.accelerant.core.lm.prompt;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.config.Nearest;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.lm.task.Addition;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.task.ClozeChain;
import io.accelerant.core.lm.task.ModSum;
import io.accelerant.core.lm.task.ModularChain;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.lm.task.SkillPool;
import io.accelerant.core.lm.task.Tasks;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The keys of {@code prepare-prompts}. */
final class PreparePromptsKeys {
  /** Begins a source that is a task. */
  static final String TASK = "task:";

  /** Names the template of the tokenizer. */
  static final String CHAT = "chat";

  /** Begins a source that is a jar. */
  static final String JAVADOC = "javadoc:";

  private static final String BLOCK = "preparePrompts.";

  static final Key<String> SOURCE =
      Key.string(
          BLOCK + "source",
          "task:cloze-chain, task:addition, task:modular-chain, task:skill-pool or task:mod-sum;"
              + " wordnet; javadoc:<sources jar>; or the URI of JSON lines or Parquet");
  static final Key<Integer> COUNT =
      Key.integer(BLOCK + "count", "Prompts that a task draws; equal ones are merged afterwards")
          .between(1, 1_000_000_000)
          .withDefault(10_000);
  static final Key<String> TEMPLATE =
      Key.string(
              BLOCK + "template",
              "Prompt as text with {column} for the value of a column, {{ and }} for braces; or chat:"
                  + " by the chat template of the tokenizer's files")
          .optional();
  static final Key<String> SYSTEM =
      Key.string(
              BLOCK + "system",
              "With template = chat: system text of conversations that have none; empty: none")
          .withDefault("");
  static final Key<String> PROMPT =
      Key.string(BLOCK + "fields.prompt", "Column that is the prompt as it is").optional();
  static final Key<String> ANSWER =
      Key.string(BLOCK + "fields.answer", "Column that is the answer").optional();
  static final Key<String> GROUP =
      Key.string(BLOCK + "fields.task", "Column that names the part of a task a row belongs to")
          .optional();
  static final Key<String> TOKENIZER =
      Key.string(
              BLOCK + "tokenizer",
              "alphabet:letters27, alphabet:bytes or alphabet:<symbols>; or the URI of a folder with"
                  + " tokenizer.json, vocab.json and merges.txt, or vocab.txt, or of an artifact;"
                  + " default: the symbols of a task, bytes for text")
          .optional();
  static final Key<Integer> MAXIMUM =
      Key.integer(BLOCK + "maximumLength", "Tokens of the longest row that is kept, its end too")
          .between(2, 65536)
          .withDefault(512);
  static final Key<List<Double>> SPLIT =
      Key.numbers(BLOCK + "split", "Shares of prompts for train, validation and test")
          .between(0, 1)
          .withDefault(List.of(0.9, 0.05, 0.05));
  static final Key<String> CHECKER =
      Key.string(
              BLOCK + "checker",
              "What is right where the source is no task: exact, or lastNumber (by value)")
          .oneOf(Checker.EXACT, Checker.LAST_NUMBER)
          .withDefault(Checker.EXACT);
  static final Key<String> ON_BAD =
      Key.string(BLOCK + "onBad", "Rows that cannot be used: count them, or refuse the source")
          .oneOf("count", "refuse")
          .withDefault("count");
  static final Key<String> EQUAL =
      Key.string(
              BLOCK + "equalPrompts",
              "Rows of a task with equal prompts: merge keeps the first of them; keep keeps all, in"
                  + " one split, so that few short prompts are drawn as often as many long ones, and"
                  + " planted slips have their rates")
          .oneOf("merge", "keep")
          .withDefault("merge");
  static final Key<Double> SWAPPED = share("swapped", "whose answer is that of another row");
  static final Key<Double> DUPLICATED = share("duplicated", "that get a copy of another id");
  static final Key<Double> GARBLED = share("garbled", "whose answer is random symbols");

  /** Of each task, by the names of its parameters. */
  private static final Map<String, List<Key<?>>> PARAMETERS = parameters();

  private PreparePromptsKeys() {}

  private static Key<Double> share(String name, String what) {
    return Key.number(BLOCK + "noise." + name, "Share of the train rows " + what)
        .between(0, 1)
        .withDefault(0.0);
  }

  private static Map<String, List<Key<?>>> parameters() {
    Map<String, List<Key<?>>> parameters = new LinkedHashMap<>();
    parameters.put(
        ClozeChain.NAME,
        List.of(
            modulus("chain."),
            whole("chain.links", "Triples of a row").withDefault(6),
            number("chain.q", "Probability of the second choice").withDefault(0.3)));
    parameters.put(
        Addition.NAME,
        List.of(
            whole("addition.minimum", "Fewest digits").withDefault(1),
            whole("addition.maximum", "Most digits").withDefault(4),
            Key.numbers(
                    BLOCK + "addition.slips",
                    "Rates of wrong digits for each number of digits; none: no slips")
                .withDefault(List.of())));
    parameters.put(
        ModularChain.NAME,
        List.of(
            modulus("modularChain."),
            whole("modularChain.minimum", "Fewest operators").withDefault(1),
            whole("modularChain.maximum", "Most operators").withDefault(5),
            Key.string(BLOCK + "modularChain.operators", "Which, out of + - and *")
                .withDefault("+-*")));
    parameters.put(
        SkillPool.NAME,
        List.of(
            modulus("skillPool."),
            whole("skillPool.minimum", "Fewest operators").withDefault(3),
            whole("skillPool.maximum", "Most operators").withDefault(5),
            number("skillPool.mastered", "Share of chains of + or -").withDefault(0.6),
            number("skillPool.learnable", "Share of chains of *").withDefault(0.2),
            number("skillPool.noise", "Share of random answers").withDefault(0.15),
            number("skillPool.duplicates", "Share of duplicates").withDefault(0.05),
            whole("skillPool.repeated", "Rows that duplicates repeat").withDefault(40)));
    parameters.put(
        ModSum.NAME,
        List.of(whole("modSum.digits", "Digits of a sum").withDefault(4), modulus("modSum.")));
    return parameters;
  }

  private static Key<Integer> modulus(String task) {
    return whole(task + "modulus", "Results are modulo this").withDefault(10);
  }

  private static Key<Integer> whole(String name, String doc) {
    return Key.integer(BLOCK + name, doc);
  }

  private static Key<Double> number(String name, String doc) {
    return Key.number(BLOCK + name, doc);
  }

  static List<Key<?>> all() {
    List<Key<?>> keys =
        new ArrayList<>(
            List.of(
                SOURCE,
                COUNT,
                TEMPLATE,
                SYSTEM,
                PROMPT,
                ANSWER,
                GROUP,
                TOKENIZER,
                MAXIMUM,
                SPLIT,
                CHECKER,
                ON_BAD,
                EQUAL,
                SWAPPED,
                DUPLICATED,
                GARBLED));
    PARAMETERS.values().forEach(keys::addAll);
    return RunKeys.and(keys);
  }

  /** Refuses the parameters of all tasks but one, if it is one. */
  private static void refuseOthers(JobConfig config, String name) {
    PARAMETERS.forEach(
        (task, keys) -> {
          if (!task.equals(name)) {
            config.refuse(
                keys, Text.of("is for %s%s, not for %s.", TASK, task, config.get(SOURCE)));
          }
        });
  }

  /** Refuses all that is for tasks alone. */
  static void refuseTasks(JobConfig config) {
    config.refuse(
        List.of(COUNT, EQUAL),
        "is for tasks; " + config.get(SOURCE) + " has the rows that it has.");
    refuseOthers(config, "");
  }

  /**
   * The task that the source names.
   *
   * @throws ConfigException if there is none of this name, a parameter is out of its range, or
   *     something is set that it does not use
   */
  static PromptTask task(JobConfig config) {
    String name = config.get(SOURCE).substring(TASK.length());
    if (!PARAMETERS.containsKey(name)) {
      throw config.invalid(
          SOURCE,
          Text.of(
              "names no task: there is no \"%s\"; the nearest is %s%s, all are %s.",
              name,
              TASK,
              Nearest.to(name, PARAMETERS.keySet()).orElseThrow(),
              String.join(", ", PARAMETERS.keySet())));
    }
    refuseOthers(config, name);
    config.refuse(
        Stream.of(TEMPLATE, SYSTEM, PROMPT, ANSWER, GROUP, CHECKER).toList(),
        Text.of("is not for tasks: %s%s has prompts and a checker of its own.", TASK, name));
    Map<String, Object> block = new LinkedHashMap<>(Map.of("kind", name));
    for (Key<?> key : PARAMETERS.get(name)) {
      block.put(key.path().substring(key.path().lastIndexOf('.') + 1), config.get(key));
    }
    return Tasks.of(JsonReader.of(block, SOURCE.path(), ConfigException::new));
  }
}
