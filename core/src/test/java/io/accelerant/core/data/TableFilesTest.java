package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SiteSettings;
import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of several files: read whole, or refused with a file and a column. */
class TableFilesTest extends SparkTest {
  @TempDir Path folder;

  private Dataset<Row> read() {
    return TableSource.find(folder.toString(), new Configuration()).read(spark());
  }

  private void write(String name, String... columns) {
    spark().range(0, 3, 1, 1).selectExpr(columns).write().parquet(folder.resolve(name).toString());
  }

  @Test
  void columnsOfAllFilesAreRead() {
    write("a.parquet", "id as x", "id as only_a");
    write("b.parquet", "id as x", "id as only_b");
    assertThat(read().columns()).containsExactlyInAnyOrder("x", "only_a", "only_b");
    assertThat(read().filter("only_a is not null or only_b is not null").count()).isEqualTo(6);
  }

  @Test
  void aColumnOfTwoTypesIsNamedWithItsFiles() {
    write("a.parquet", "id as x", "id as label");
    write("b.parquet", "id as x", "concat('c', id) as label");
    assertThatThrownBy(this::read)
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("a.parquet", "b.parquet", "\"label\"", "bigint", "string");
  }

  @Test
  void foldersOfPartitionsAndOthersAreNotMixed() {
    write("x=1/a.parquet", "id as v");
    write("plain/b.parquet", "id as v");
    assertThatThrownBy(this::read)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("partly in folders name=value");
  }

  @Test
  void aCorruptFileIsRefusedWhateverASiteHasSet() throws IOException {
    write("a.parquet", "id as v");
    Files.writeString(folder.resolve("b.parquet"), "PAR1 this is no Parquet");
    SiteSettings.under(
        spark(),
        () -> {
          assertThatThrownBy(() -> read().count()).hasMessageContaining("b.parquet");
          return null;
        });
  }

  @Test
  void settingsOfASiteDoNotChangeACorpus() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      text.append("Line ").append(i * i).append(" of a text that no-one reads\n");
    }
    Path source = Files.writeString(folder.resolve("text.txt"), text);
    PrepareTextJob job = new PrepareTextJob();
    java.util.function.Function<String, String> hash =
        to ->
            job.run(
                    context(),
                    JobConfig.load(
                        List.of(),
                        List.of(
                            "prepareText.source=" + source,
                            "prepareText.length=8",
                            "run.format=json",
                            "run.output=" + folder.resolve(to)),
                        job.keys()))
                .contentHash();
    String plain = hash.apply("plain");
    assertThat(SiteSettings.under(spark(), () -> hash.apply("site"))).isEqualTo(plain);
  }
}
