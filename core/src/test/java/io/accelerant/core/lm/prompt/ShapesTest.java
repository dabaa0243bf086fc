package io.accelerant.core.lm.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.TokenizerFolder;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** From a row of JSON to a prompt, without Spark. */
class ShapesTest {
  private static final RowCheck BYTES =
      new RowCheck(SymbolTokenizer.named("alphabet:bytes"), 64, false);

  private static Shape shape(List<String> columns, String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=x", "preparePrompts.source=rows.jsonl"));
    all.addAll(List.of(sets));
    JobConfig config = JobConfig.load(List.of(), all, PreparePromptsKeys.all());
    return new Shapes(config, "rows.jsonl", columns).find();
  }

  private static Row read(String json, String... sets) {
    List<String> columns = RowCheck.object(json).orElseThrow().keySet().stream().toList();
    return BYTES.row(json, shape(columns, sets), "rows.jsonl");
  }

  static List<Arguments> shapes() {
    return List.of(
        Arguments.of("{'instruction': 'Add', 'input': '1 2', 'output': '3'}", "Add\n1 2\n", "3"),
        Arguments.of("{'instruction': 'Add', 'input': '', 'output': '3'}", "Add\n", "3"),
        Arguments.of("{'instruction': 'Add', 'context': null, 'response': '3'}", "Add\n", "3"),
        Arguments.of("{'question': '1+2?', 'answer': '3'}", "1+2?\n", "3"),
        Arguments.of("{'question': '1+2?', 'answer': 3}", "1+2?\n", "3"),
        Arguments.of("{'prompt': '1+2=', 'completion': '3'}", "1+2=", "3"),
        Arguments.of("{'prompt': '1+2=', 'response': '3', 'id': 7}", "1+2=", "3"),
        Arguments.of("{'problem': '1+2', 'solution': '3'}", "1+2\n", "3"),
        Arguments.of(
            "{'messages': [{'role': 'system', 'content': 'Add.'}, {'role': 'user', 'content':"
                + " '1+2'}, {'role': 'assistant', 'content': '3'}]}",
            "system: Add.\nuser: 1+2\nassistant: ",
            "3"),
        Arguments.of(
            "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'},"
                + " {'role': 'user', 'content': 'c'}, {'role': 'assistant', 'content': 'd'},"
                + " {'role': 'user', 'content': 'e'}]}",
            "user: a\nassistant: b\nuser: c\nassistant: ",
            "d"),
        Arguments.of(
            "{'conversations': [{'from': 'human', 'value': '1+2'}, {'from': 'gpt', 'value':"
                + " '3'}]}",
            "user: 1+2\nassistant: ",
            "3"));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theShapesThatPeopleHaveAreFoundByTheirColumns(String json, String prompt, String answer) {
    Row row = read(json.replace('\'', '"'));
    assertThat(row.getString(6)).isEqualTo(RowCheck.GOOD);
    assertThat(row.getString(0)).isEqualTo(prompt);
    assertThat(row.getString(1)).isEqualTo(answer);
  }

  @Test
  void fieldsNameTheColumns() {
    Row row =
        read(
            "{\"q\": \"1+2=\", \"a\": \"3\", \"answer\": \"no\", \"kind\": \"sum\"}",
            "preparePrompts.fields.prompt=q",
            "preparePrompts.fields.answer=a",
            "preparePrompts.fields.task=kind");
    assertThat(row.getString(0)).isEqualTo("1+2=");
    assertThat(row.getString(1)).isEqualTo("3");
    assertThat(row.getString(2)).isEqualTo("sum");
  }

  @Test
  void aTemplateHasColumnsInBraces() {
    Row row =
        read(
            "{\"question\": \"1+2\", \"unit\": \"m\", \"answer\": \"3\"}",
            "preparePrompts.template=\"Q {{{unit}}}: {question}\nA: \"");
    assertThat(row.getString(0)).isEqualTo("Q {m}: 1+2\nA: ");
  }

  @Test
  void aMarkInFrontOfALineIsNoPartOfIt() {
    Shape shape = shape(List.of("question", "answer"));
    Row row = BYTES.row("\ufeff{\"question\": \"a\", \"answer\": \"b\"}", shape, "rows.jsonl");
    assertThat(row.getString(0)).isEqualTo("a\n");
  }

  @Test
  void textsAreWhatTheTokensSpell() {
    RowCheck letters = new RowCheck(SymbolTokenizer.named("alphabet:letters27"), 64, false);
    String json = "{\"question\": \"What is it?\", \"answer\": \"A Cat!\"}";
    Row row = letters.row(json, shape(List.of("question", "answer")), "rows.jsonl");
    assertThat(row.getString(0)).isEqualTo("what is it");
    assertThat(row.getString(1)).isEqualTo("a cat");
  }

  static List<Arguments> unusable() {
    String longest = "x".repeat(60);
    return List.of(
        Arguments.of("notObject", "[1, 2]"),
        Arguments.of("notObject", "{'question': 'a', 'answer': "),
        Arguments.of("notObject", "{'question': 'a', 'question': 'b', 'answer': 'c'}"),
        Arguments.of("missing", "{'question': 'a'}"),
        Arguments.of("missing", "{'question': 'a', 'answer': null}"),
        Arguments.of("missing", "{'question': null, 'answer': 'b'}"),
        Arguments.of("notText", "{'question': ['a'], 'answer': 'b'}"),
        Arguments.of("notText", "{'question': 'a', 'answer': {'text': 'b'}}"),
        Arguments.of("emptyPrompt", "{'question': ' ', 'answer': 'b'}"),
        Arguments.of("emptyAnswer", "{'question': 'a', 'answer': ''}"),
        Arguments.of("emptyAnswer", "{'question': 'a', 'answer': ' \\n'}"),
        Arguments.of("invalidText", "{'question': 'a\ufffd', 'answer': 'b'}"),
        Arguments.of("invalidText", "{'question': 'a', 'answer': 'b\\ud800'}"),
        Arguments.of("tooLong", "{'question': '" + longest + "', 'answer': 'four'}"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void whatCannotBeUsedHasAReason(String reason, String json) {
    Row row =
        BYTES.row(json.replace('\'', '"'), shape(List.of("question", "answer")), "rows.jsonl");
    assertThat(row.getString(6)).isEqualTo(reason);
    assertThat(row.getString(5)).isEqualTo("rows.jsonl");
  }

  @Test
  void theLongestRowHasItsEndInTheCount() {
    Shape shape = shape(List.of("prompt", "answer"));
    String just = "{\"prompt\": \"" + "x".repeat(60) + "\", \"answer\": \"abc\"}";
    assertThat(BYTES.row(just, shape, "").getString(6)).isEqualTo(RowCheck.GOOD);
    RowCheck shorter = new RowCheck(BYTES.tokenizer(), 63, false);
    assertThat(shorter.row(just, shape, "").getString(6)).isEqualTo("tooLong");
  }

  @Test
  void aTextThatSpellsTheMaskIsNamed(@TempDir Path folder) throws IOException {
    String bert = TokenizerFolder.copy("bert", folder.resolve("bert")).toString();
    RowCheck words = new RowCheck(Tokenizers.named(bert, new Configuration()), 64, false);
    for (String json :
        List.of(
            "{\"question\": \"what [MASK] is\", \"answer\": \"it\"}",
            "{\"question\": \"what is\", \"answer\": \"it [MASK]\"}")) {
      Row row = words.row(json, shape(List.of("question", "answer")), "");
      assertThat(row.getString(6)).isEqualTo("spellsMask");
    }
  }

  @Test
  void aSymbolThatTheTokenizerLacksIsUnwritable() {
    RowCheck digits = new RowCheck(SymbolTokenizer.of("0123456789=\n"), 64, false);
    String json = "{\"question\": \"1=\", \"answer\": \"one\"}";
    Row row = digits.row(json, shape(List.of("question", "answer")), "");
    assertThat(row.getString(6)).isEqualTo("unwritable");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "emptyPrompt,`[{\"role\": \"assistant\", \"content\": \"a\"}]`",
        "emptyAnswer,`[{\"role\": \"user\", \"content\": \"a\"}]`",
        "emptyAnswer,`[]`",
        "notMessages,`\"user: a\"`",
        "notMessages,`[\"a\", \"b\"]`",
        "missing,`[{\"content\": \"a\"}]`",
        "missing,`null`",
        "notText,`[{\"role\": \"user\", \"content\": []}, {\"role\": \"assistant\", \"content\":"
            + " \"a\"}]`"
      })
  void messagesThatAreNoneHaveAReason(String reason, String messages) {
    Row row = BYTES.row("{\"messages\": " + messages + "}", shape(List.of("messages")), "");
    assertThat(row.getString(6)).isEqualTo(reason);
  }

  static List<Arguments> wrong() {
    return List.of(
        Arguments.of(
            DataException.class,
            "has the columns text, title; expected messages, or one of instruction",
            List.of("text", "title"),
            List.of()),
        Arguments.of(
            ConfigException.class,
            "preparePrompts.fields.answer (--set) is \"anser\", which is no column of rows.jsonl;"
                + " its columns are question, answer, the nearest is answer.",
            List.of("question", "answer"),
            List.of("preparePrompts.fields.answer=anser")),
        Arguments.of(
            ConfigException.class,
            "preparePrompts.template (--set) names \"quest\", which is no column",
            List.of("question", "answer"),
            List.of("preparePrompts.template=Q: {quest}")),
        Arguments.of(
            ConfigException.class,
            "brace at place 3",
            List.of("question", "answer"),
            List.of("preparePrompts.template=Q: {question")),
        Arguments.of(
            ConfigException.class,
            "names no {column}",
            List.of("question", "answer"),
            List.of("preparePrompts.template=Q: ")),
        Arguments.of(
            ConfigException.class,
            "both say what a prompt is",
            List.of("question", "answer"),
            List.of(
                "preparePrompts.template={question}", "preparePrompts.fields.prompt=question")));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void columnsThatAreNotThereAreNamed(
      Class<? extends AccelerantException> type,
      String message,
      List<String> columns,
      List<String> sets) {
    assertThatThrownBy(() -> shape(columns, sets.toArray(String[]::new)))
        .isInstanceOf(type)
        .hasMessageContaining(message);
  }
}
