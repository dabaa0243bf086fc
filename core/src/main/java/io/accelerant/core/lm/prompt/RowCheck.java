package io.accelerant.core.lm.prompt;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Decides which rows of a source can be prompts, and brings their texts to what the tokens spell,
 * so that texts that a model cannot tell apart are equal.
 *
 * @param longest tokens of a row
 * @param cloze whether answers fill gaps
 */
record RowCheck(Tokenizer tokenizer, int longest, boolean cloze) implements Serializable {
  /**
   * {@code place} is the id in a task, 0 in a table, whose rows have no order; {@code reason} is
   * why the row cannot be used, {@link #GOOD} if it can.
   */
  static final StructType SCHEMA =
      StructType.fromDDL(
          "prompt STRING NOT NULL, answer STRING NOT NULL, task STRING NOT NULL,"
              + " planted STRING NOT NULL, place BIGINT NOT NULL, file STRING NOT NULL,"
              + " reason STRING NOT NULL");

  static final String GOOD = "";

  /** Some editors put it in front of UTF-8. */
  private static final String MARK = "\ufeff";

  /** Why rows are dropped. */
  enum Reason {
    NOT_OBJECT("notObject", "is no valid JSON object"),
    MISSING("missing", "lacks a column, or has null there"),
    NOT_TEXT("notText", "has an array or an object where a text is wanted"),
    NOT_MESSAGES(
        "notMessages",
        "has messages that are no list of objects with role and content, or no conversation by the"
            + " chat template"),
    INVALID_TEXT("invalidText", "is no valid Unicode, or holds U+FFFD, which stands for that"),
    EMPTY_PROMPT("emptyPrompt", "has an empty prompt"),
    EMPTY_ANSWER("emptyAnswer", "has an empty answer"),
    UNWRITABLE("unwritable", "holds what the tokenizer cannot write"),
    SPELLS_MASK(
        "spellsMask", "spells the mask of the tokenizer, which a masked model is to fill in"),
    TOO_LONG("tooLong", "has more tokens than preparePrompts.maximumLength");

    private final String label;
    private final String what;

    Reason(String label, String what) {
      this.label = label;
      this.what = what;
    }

    /** Name in metrics. */
    String label() {
      return label;
    }

    /** The rest of a sentence about a row. */
    String what() {
      return what;
    }
  }

  /** A row that was read, checked. */
  Row row(String prompt, String answer, String task, String planted, long place, String file) {
    if (!isValid(prompt) || !isValid(answer) || !isValid(task)) {
      return dropped(Reason.INVALID_TEXT, file);
    } else if (prompt.isBlank()) {
      return dropped(Reason.EMPTY_PROMPT, file);
    } else if (answer.isBlank()) {
      return dropped(Reason.EMPTY_ANSWER, file);
    }
    try {
      String given = cloze ? prompt : tokenizer.spell(prompt);
      String wanted = cloze ? answer : spelled(answer);
      if (!cloze && tokenizer.spellsMask(tokenizer.encode(answer))) { // spelled leaves it out
        return dropped(Reason.SPELLS_MASK, file);
      }
      if (given.isEmpty() || wanted.isEmpty()) {
        return dropped(given.isEmpty() ? Reason.EMPTY_PROMPT : Reason.EMPTY_ANSWER, file);
      }
      Prompt row = prompt(0, given, wanted, task);
      if (tokenizer.spellsMask(row.ids())) {
        return dropped(Reason.SPELLS_MASK, file);
      }
      return row.length() > longest
          ? dropped(Reason.TOO_LONG, file)
          : RowFactory.create(given, wanted, task, planted, place, file, GOOD);
    } catch (IllegalArgumentException e) {
      return dropped(Reason.UNWRITABLE, file);
    }
  }

  /**
   * A row of JSON, read by a shape, and checked.
   *
   * @param json one object
   */
  Row row(String json, Shape shape, String file) {
    Optional<Map<String, Object>> object = object(json);
    if (object.isEmpty()) {
      return dropped(Reason.NOT_OBJECT, file);
    }
    Map<String, Object> row = object.get();
    try {
      return row(shape.prompt(row), shape.answer(row), shape.group(row), PromptTask.CLEAN, 0, file);
    } catch (UnusableRow e) {
      return dropped(e.reason(), file);
    }
  }

  /** The fields of one object; empty if it is none, or names a field twice. */
  static Optional<Map<String, Object>> object(String json) {
    try {
      return Optional.of(
          CanonicalJson.readObject(json.startsWith(MARK) ? json.substring(1) : json, "a row"));
    } catch (DataException e) {
      return Optional.empty();
    }
  }

  /** Whether a row with another answer could be used, if its texts are what tokens spell. */
  boolean accepts(String prompt, String answer, String task) {
    return row(prompt, answer, task, PromptTask.CLEAN, 0, "").getString(6).equals(GOOD);
  }

  /** A row that cannot be used. */
  static Row dropped(Reason reason, String file) {
    return RowFactory.create("", "", "", PromptTask.CLEAN, 0L, file, reason.label());
  }

  /**
   * The tokens of a row.
   *
   * @throws IllegalArgumentException if the tokenizer cannot write it
   */
  Prompt prompt(long id, String prompt, String answer, String task) {
    return cloze
        ? Prompt.cloze(id, prompt, answer, task, tokenizer)
        : Prompt.following(id, prompt, answer, task, tokenizer);
  }

  private String spelled(String text) {
    return tokenizer.decode(tokenizer.encode(text));
  }

  /** A decoder has left U+FFFD where bytes were no UTF-8; JSON can hold halves of pairs. */
  private static boolean isValid(String text) {
    return text.indexOf('\uFFFD') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
