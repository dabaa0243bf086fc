package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.EncoderFile;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.onnx.OnnxEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeaningTasksTest extends SparkTest {
  @TempDir static Path folder;

  private static MeaningTasks tasks;

  @BeforeAll
  static void openOnce() throws IOException {
    float[][] table = new float[EncoderFile.PIECES.length][2];
    table[12] = new float[] {1, 0}; // a
    table[11] = new float[] {0, 1}; // cafe
    Path model = Files.write(folder.resolve("encoder.onnx"), OnnxEncoder.model(table));
    Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), EncoderFile.json());
    tasks = open(model, tokenizer);
  }

  private static MeaningTasks open(Path model, Path tokenizer) {
    return MeaningTasks.open(
        new OfflineSettings.Meaning(model.toString(), tokenizer.toString(), 2),
        5,
        context().hadoop());
  }

  private static Prompt prompt(long id, String text) {
    return new Prompt(id, text, "a", new int[] {1, 2}, new int[] {0}, "t");
  }

  @Test
  void promptsThatMeanTheSameAreOneTask() {
    Dataset<Row> table =
        PromptRows.table(
            spark(),
            List.of(
                prompt(9, "a cafe cafe cafe"),
                prompt(2, "Caf\u00e9!"),
                prompt(4, "a a a"),
                prompt(6, "cafe"),
                prompt(7, "a")));
    PoolIndex index = PoolIndex.of(table, "task", "a test");
    int[] found = tasks.of(context(), table, index);
    assertThat(found).containsExactly(0, 1, 0, 1, 0); // as they first come
    assertThat(tasks.of(context(), table.repartition(5), index)).isEqualTo(found);
    assertThat(index.withTasks(found).taskNames()).containsExactly("0", "1");
  }

  @Test
  void bothFilesAreInputs() {
    assertThat(tasks.parents()).extracting(p -> p.role()).containsExactly("embedding", "tokenizer");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> open(folder.resolve("none.onnx"), folder.resolve("tokenizer.json")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.onnx");
  }
}
