package io.accelerant.core.lm.prompt;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.data.HashSplit;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.task.Addition;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.lm.task.SkillPool;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PromptTableTest extends SparkTest {
  private static final RowCheck CHECK =
      new RowCheck(SymbolTokenizer.named("alphabet:bytes"), 20, false);
  private static final HashSplit SPLIT = new HashSplit(List.of(0.8, 0.1, 0.1));
  private static final Noise NONE = new Noise(0, 0, 0, 1);

  private static PromptTable table(
      List<Row> rows, int partitions, RowCheck check, Noise noise, boolean refuse) {
    return PromptTable.of(
        spark().createDataFrame(rows, RowCheck.SCHEMA).repartition(partitions),
        check,
        SPLIT,
        noise,
        false,
        refuse,
        "a test");
  }

  private static List<Prompt> prompts(List<Row> rows) {
    return rows.stream().map(Prompts::of).toList();
  }

  private static Row text(String prompt, String answer) {
    return CHECK.row(prompt, answer, "text", PromptTask.CLEAN, 0, "file");
  }

  /** Of a task, which draws the same prompt more than once. */
  private static List<Row> examples(PromptTask task, RowCheck check, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            id -> {
              PromptTask.Example e = task.example(4, id);
              return check.row(e.prompt(), e.answer(), e.group(), e.planted(), id, "task");
            })
        .toList();
  }

  /** {@code id split planted prompt answer} of every row, in order. */
  private static List<String> lines(PromptTable table) {
    return table.table().collectAsList().stream()
        .map(
            row ->
                row.getAs("id")
                    + " "
                    + row.getAs("split")
                    + " "
                    + row.getAs("planted")
                    + " "
                    + row.getAs("prompt")
                    + row.getAs("answer"))
        .toList();
  }

  @Test
  void theTableDependsOnTheSetOfRowsAlone() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(text("number " + i % 250 + "?", "a" + i));
    }
    Noise noise = new Noise(0.2, 0.2, 0.2, 9);
    List<List<String>> tables = new ArrayList<>();
    for (int partitions : List.of(1, 2, 7)) {
      try (PromptTable table = table(rows, partitions, CHECK, noise, false)) {
        tables.add(lines(table));
        assertThat(table.dropped()).containsEntry(PromptTable.DUPLICATE, 50L);
      }
      Collections.reverse(rows);
    }
    assertThat(tables.get(0)).hasSizeGreaterThan(250);
    assertThat(tables.get(1)).isEqualTo(tables.get(0));
    assertThat(tables.get(2)).isEqualTo(tables.get(0));
  }

  @Test
  void ofEqualPromptsTheSmallestAnswerStays() {
    List<Row> rows = List.of(text("a?", "two"), text("b?", "x"), text("a?", "one"));
    try (PromptTable table = table(rows, 2, CHECK, NONE, false)) {
      assertThat(prompts(table.table().collectAsList()))
          .extracting(p -> p.prompt() + p.answer())
          .containsExactlyInAnyOrder("a?one", "b?x");
    }
  }

  @Test
  void equalPromptsOfATaskMayStayWithTheAnswersThatWereDrawn() {
    Addition slips = new Addition(1, 1, List.of(0.5));
    RowCheck check = new RowCheck(SymbolTokenizer.of(slips.symbols()), 20, false);
    List<Row> rows = examples(slips, check, 500);
    try (PromptTable table =
        PromptTable.of(
            spark().createDataFrame(rows, RowCheck.SCHEMA), check, SPLIT, NONE, true, false, "")) {
      List<Row> kept = table.table().collectAsList();
      assertThat(table.dropped()).containsEntry(PromptTable.DUPLICATE, 0L);
      assertThat(kept)
          .extracting(row -> row.getAs("prompt") + row.<String>getAs("answer"))
          .containsExactlyInAnyOrderElementsOf(
              rows.stream().map(row -> row.getString(0) + row.getString(1)).toList());
      Map<String, Set<String>> splits =
          kept.stream()
              .collect(
                  Collectors.groupingBy(
                      row -> row.<String>getAs("prompt"),
                      Collectors.mapping(row -> row.<String>getAs("split"), Collectors.toSet())));
      assertThat(splits.values()).allMatch(names -> names.size() == 1);
    }
  }

  @Test
  void ofATaskTheSmallestIdStaysAndPlantedDuplicatesStayAll() {
    SkillPool pool = new SkillPool(10, 1, 1, 0.5, 0.2, 0.2, 0.1, 5);
    RowCheck check = new RowCheck(SymbolTokenizer.of(pool.symbols()), 20, false);
    List<Row> rows = examples(pool, check, 600);
    Map<String, String> first = new HashMap<>();
    long duplicates = 0;
    for (Row row : rows) {
      if (row.getString(3).equals(PromptTask.DUPLICATE)) {
        duplicates++;
      } else {
        first.putIfAbsent(row.getString(0), row.getString(1) + row.getString(3));
      }
    }
    try (PromptTable table = table(rows, 3, check, NONE, false)) {
      List<Row> written = table.table().collectAsList();
      Map<String, String> found = new HashMap<>();
      Map<String, Set<String>> splits = new HashMap<>();
      for (Row row : written) {
        splits.computeIfAbsent(row.getAs("prompt"), p -> new HashSet<>()).add(row.getAs("split"));
        if (!row.getAs("planted").equals(PromptTask.DUPLICATE)) {
          found.put(row.getAs("prompt"), row.<String>getAs("answer") + row.getAs("planted"));
        }
      }
      assertThat(found).isEqualTo(first);
      assertThat(written).hasSize(first.size() + (int) duplicates);
      assertThat(splits.values()).allSatisfy(split -> assertThat(split).hasSize(1));
    }
  }

  @Test
  void noiseIsPlantedAtItsSharesAndTheColumnIsTrue() {
    Addition sums = new Addition(3, 3, List.of());
    RowCheck check = new RowCheck(SymbolTokenizer.of(sums.symbols()), 40, false);
    Checker checker = sums.checker();
    try (PromptTable table =
        table(examples(sums, check, 3000), 2, check, new Noise(0.1, 0.2, 0.3, 6), false)) {
      List<Row> rows = table.table().collectAsList();
      Map<String, Long> planted =
          rows.stream()
              .filter(row -> row.getAs("split").equals("train"))
              .collect(Collectors.groupingBy(row -> row.getAs("planted"), Collectors.counting()));
      double train = 0.8 * (3000 - table.dropped().get(PromptTable.DUPLICATE));
      assertThat(planted.get("swapped") / train).isCloseTo(0.1, within(0.03));
      assertThat(planted.get("duplicated") / train).isCloseTo(0.2, within(0.03));
      assertThat(planted.get("garbled") / train).isCloseTo(0.3, within(0.04));
      for (Row row : rows) {
        boolean right = checker.check(row.getAs("prompt"), "", row.getAs("answer")).correct();
        boolean spoiled = List.of("swapped", "garbled").contains(row.<String>getAs("planted"));
        assertThat(right).isNotEqualTo(spoiled);
        assertThat(spoiled && !row.getAs("split").equals("train")).isFalse();
      }
    }
  }

  @Test
  void anAnswerThatCannotBeSpoiledIsNotSaidToBe() {
    List<Row> rows = IntStream.range(0, 60).mapToObj(i -> text("q" + i, "yes")).toList();
    try (PromptTable table = table(rows, 2, CHECK, new Noise(1, 0, 0, 6), false)) {
      assertThat(table.table().filter(col("planted").notEqual("")).count()).isZero();
      assertThat(table.table().count()).isEqualTo(60);
    }
  }

  @Test
  void rowsThatCannotBeUsedAreCountedOrRefused() {
    List<Row> rows = List.of(text("a?", "b"), text("c?", ""), text("d?", "x".repeat(30)));
    try (PromptTable table = table(rows, 1, CHECK, NONE, false)) {
      assertThat(table.dropped())
          .containsEntry("emptyAnswer", 1L)
          .containsEntry("tooLong", 1L)
          .containsEntry("emptyPrompt", 0L);
    }
    assertThatThrownBy(() -> table(rows, 1, CHECK, NONE, true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("file: row 2 has an empty answer; 2 rows in all");
    assertThatThrownBy(() -> table(rows.subList(1, 3), 1, CHECK, NONE, false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No row of a test can be used: 1 because each has an empty answer");
    assertThatThrownBy(() -> table(List.of(), 1, CHECK, NONE, false))
        .isInstanceOf(DataException.class)
        .hasMessage("There is no row in a test.");
  }
}
