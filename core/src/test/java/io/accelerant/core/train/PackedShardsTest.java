package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedShardsTest extends SparkTest {
  @TempDir Path temp;

  private Snapshots snapshots() {
    return Snapshots.at(temp.toString(), new Configuration(), "key", Progress.SILENT);
  }

  private PackedShards open(Dataset<Row> rows, int workers) {
    StageStore stages =
        StageStore.open(
            temp.toString(), new Configuration(), Map.of("w", workers), "never", Progress.SILENT);
    return PackedShards.open(stages, snapshots(), "shards", rows, workers, 42, "test");
  }

  private List<List<byte[]>> content(PackedShards shards) {
    List<List<byte[]>> all = new ArrayList<>();
    for (int w = 0; w < shards.workers(); w++) {
      long[] indexes = LongStream.range(0, shards.counts().get(w)).toArray();
      all.add(
          ShardReader.read(
              shards.files().get(w), shards.recordBytes(), indexes, new Configuration()));
    }
    return all;
  }

  @Test
  void everyRowIsInOneShardAndShardsAreOfOneSize() {
    PackedShards shards = open(Regression.rows(spark(), 101, 3), 4);

    assertThat(shards.counts()).containsExactly(26L, 25L, 25L, 25L);
    assertThat(shards.recordBytes()).isEqualTo(Regression.BYTES);
    List<byte[]> flat = new ArrayList<>();
    content(shards).forEach(flat::addAll);
    List<byte[]> expected = new ArrayList<>();
    for (int id = 0; id < 101; id++) {
      expected.add(Regression.record(id));
    }
    assertThat(flat).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void shardsDoNotDependOnPartitionsOrRowOrder() {
    var one = content(open(Regression.rows(spark(), 64, 1), 3));
    var many = content(open(Regression.rows(spark(), 64, 7).orderBy(functions.desc("id")), 3));
    for (int w = 0; w < 3; w++) {
      assertThat(many.get(w)).containsExactlyElementsOf(one.get(w));
    }
  }

  @Test
  void packedShardsAreUsedAgainWhileTheyAreWhole() throws IOException {
    Dataset<Row> rows = Regression.rows(spark(), 40, 2);
    Map<String, Object> identity = Map.of("a", 1);
    List<PackedShards> opened = new ArrayList<>();
    for (int time = 0; time < 3; time++) {
      StageStore stages =
          StageStore.open(temp.toString(), new Configuration(), identity, "auto", Progress.SILENT);
      opened.add(PackedShards.open(stages, snapshots(), "shards", rows, 2, 42, "test"));
      if (time == 1) {
        Files.delete(Path.of(java.net.URI.create(opened.get(1).files().get(0))));
      }
    }
    assertThat(opened.get(1)).isEqualTo(opened.get(0));
    assertThat(opened.get(2).files()).isNotEqualTo(opened.get(0).files());
    assertThat(Path.of(java.net.URI.create(opened.get(2).files().get(0)))).exists();
  }

  @Test
  void fewerRowsThanWorkersAreRefused() {
    assertThatThrownBy(() -> open(Regression.rows(spark(), 3, 1), 4))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("3 rows")
        .hasMessageContaining("train.workers = 4");
  }

  @Test
  void recordsOfTwoLengthsAreRefused() {
    Dataset<Row> rows =
        Regression.rows(spark(), 20, 1)
            .withColumn("record", functions.expr("if(id = 20, substring(record, 1, 16), record)"));
    assertThatThrownBy(() -> open(rows, 2)).hasStackTraceContaining("records must have one length");
  }

  /** Records that lie across the borders of the pieces that are read at once. */
  @Test
  void recordsAreReadAcrossPieces() throws IOException {
    int bytes = 100_003;
    byte[] file = new byte[8 * bytes];
    for (int i = 0; i < file.length; i++) {
      file[i] = (byte) (i * 31 >>> 3);
    }
    Path path = temp.resolve("shard");
    Files.write(path, file);
    List<byte[]> read =
        ShardReader.read(
            path.toUri().toString(), bytes, new long[] {7, 0, 3, 3}, new Configuration());
    int[] indexes = {7, 0, 3, 3};
    for (int i = 0; i < indexes.length; i++) {
      assertThat(read.get(i))
          .isEqualTo(
              java.util.Arrays.copyOfRange(file, indexes[i] * bytes, (indexes[i] + 1) * bytes));
    }
  }

  @Test
  void thePackOfAnIterationReplacesTheOneBefore() {
    List<PackedShards> packs = new ArrayList<>();
    for (int iteration = 0; iteration < 3; iteration++) {
      StageStore stages =
          StageStore.open(
              temp.toString(), new Configuration(), Map.of("a", 1), "auto", Progress.SILENT);
      packs.add(
          PackedShards.open(
              stages,
              snapshots(),
              "samples",
              iteration,
              Regression.rows(spark(), 20 + iteration, 2),
              2,
              42,
              "test"));
    }
    assertThat(Path.of(java.net.URI.create(packs.get(1).files().get(0)))).doesNotExist();
    assertThat(Path.of(java.net.URI.create(packs.get(2).files().get(0)))).exists();
    assertThat(packs.get(2).records()).isEqualTo(22);
  }
}
