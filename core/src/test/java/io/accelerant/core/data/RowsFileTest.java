package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.WithoutSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowsFileTest {
  private static final JobContext WITHOUT_SPARK = WithoutSpark.CONTEXT;

  @TempDir Path folder;

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.json   | [{\"x\": 1}, {\"x\": 2}]",
        "a.json   | {\"x\": [1, 2]}",
        "a.jsonl  | {\"x\": 1} {\"x\": 2}",
        "a.ndjson | {\"x\": 1} {\"x\": 2}"
      })
  void jsonNeedsNoSpark(String name, String content) throws IOException {
    write(name, content.replace("} {", "}\n\n{"));
    RowsFile table = RowsFile.in(folder.toString(), "a", WITHOUT_SPARK).orElseThrow();
    assertThat(table.rows().get().stream().map(row -> row.whole("x"))).containsExactly(1, 2);
  }

  @Test
  void aFolderMayNotHoldATable() {
    assertThat(RowsFile.in(folder.toString(), "a", WITHOUT_SPARK)).isEmpty();
  }

  @Test
  void aFolderMayNotHoldATableTwice() throws IOException {
    write("a.json", "[]");
    write("a.jsonl", "");
    assertThatThrownBy(() -> RowsFile.in(folder.toString(), "a", WITHOUT_SPARK))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds the table a twice")
        .hasMessageContaining("a.jsonl");
  }
}
