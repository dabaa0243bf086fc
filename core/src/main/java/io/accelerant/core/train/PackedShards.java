package io.accelerant.core.train;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.RecordJson;
import io.accelerant.core.random.Permutation;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * A data set cut once into one file per logical worker, records of one size end to end. Rounds read
 * the files by range: the data may be larger than memory.
 *
 * @param files full URIs by worker
 * @param counts records by worker
 * @param recordBytes bytes of a record; shorter ones are padded by whoever makes the rows
 */
public record PackedShards(List<String> files, List<Long> counts, int recordBytes, long seed)
    implements Shards, Serializable {
  public PackedShards {
    files = List.copyOf(files);
    counts = List.copyOf(counts);
  }

  /**
   * Takes the shards that an earlier run packed, or packs them.
   *
   * @param stages of the run: remembers which files count
   * @param snapshots of the run: the files go beside them, where all executors see them
   * @param name of the data set within the run
   * @param rows columns {@code id} (any distinct numbers) and {@code record} (binary, of one
   *     length)
   * @param source named in errors
   * @throws DataException if there are fewer rows than workers, or records differ in length
   */
  public static PackedShards open(
      StageStore stages,
      Snapshots snapshots,
      String name,
      Dataset<Row> rows,
      int workers,
      long seed,
      String source) {
    Configuration hadoop = rows.sparkSession().sparkContext().hadoopConfiguration();
    Optional<PackedShards> packed =
        stages
            .load(name)
            .map(saved -> RecordJson.read(saved.get("shards"), PackedShards.class, name));
    if (packed.isPresent() && packed.get().isThere(hadoop)) {
      return packed.get();
    }
    PackedShards made = pack(rows, snapshots.uri(name), workers, seed, source);
    stages.save(name, Map.of("shards", RecordJson.tree(made)));
    return made;
  }

  /**
   * The shards of one iteration of an outer loop; those of the iteration before are deleted. Save
   * the state of the loop first: a run that goes on from an earlier one packs anew.
   *
   * @param iteration counted from 0
   */
  public static PackedShards open(
      StageStore stages,
      Snapshots snapshots,
      String name,
      int iteration,
      Dataset<Row> rows,
      int workers,
      long seed,
      String source) {
    PackedShards opened =
        open(stages, snapshots, name + "-" + iteration, rows, workers, seed, source);
    if (iteration > 0) {
      snapshots.delete(name + "-" + (iteration - 1));
    }
    return opened;
  }

  private static PackedShards pack(
      Dataset<Row> rows, String folder, int workers, long seed, String source) {
    JavaPairRDD<Long, byte[]> numbered =
        rows.select("id", "record")
            .orderBy("id")
            .javaRDD()
            .map(row -> row.<byte[]>getAs(1))
            .zipWithIndex()
            .mapToPair(pair -> new Tuple2<>(pair._2(), pair._1()));
    long count = numbered.count();
    if (count < workers) {
      throw new DataException(
          Text.of(
              "%s has %d rows, fewer than train.workers = %d; lower train.workers or bring more"
                  + " data.",
              source, count, workers));
    }
    int bytes = numbered.first()._2().length;
    Permutation order = Shards.order(count, seed);
    SerializableConfiguration hadoop =
        new SerializableConfiguration(rows.sparkSession().sparkContext().hadoopConfiguration());
    List<String> files =
        numbered
            .mapToPair(pair -> new Tuple2<>(order.position(pair._1()), pair._2()))
            .repartitionAndSortWithinPartitions(new HashPartitioner(workers))
            .mapPartitionsWithIndex(
                (worker, records) ->
                    List.of(write(hadoop.value(), folder, worker, records, bytes, source))
                        .iterator(),
                true)
            .collect();
    List<Long> counts = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      counts.add(count / workers + (worker < count % workers ? 1 : 0));
    }
    return new PackedShards(files, counts, bytes, seed);
  }

  /** Every attempt has a file of its own; the driver learns which one counts. */
  private static String write(
      Configuration hadoop,
      String folder,
      int worker,
      Iterator<Tuple2<Long, byte[]>> records,
      int bytes,
      String source)
      throws IOException {
    Path file =
        new Path(folder, Text.of("shard-%05d-%d", worker, TaskContext.get().taskAttemptId()));
    FileSystem files = file.getFileSystem(hadoop);
    try (OutputStream out = files.create(file, true)) {
      while (records.hasNext()) {
        byte[] record = records.next()._2();
        if (record.length != bytes) {
          throw new DataException(
              Text.of(
                  "%s: records must have one length; there are %d and %d bytes.",
                  source, bytes, record.length));
        }
        out.write(record);
      }
    }
    return file.toString();
  }

  /** Whether the files are there in full size. */
  private boolean isThere(Configuration hadoop) {
    try {
      for (int worker = 0; worker < workers(); worker++) {
        Path file = new Path(files.get(worker));
        FileSystem system = file.getFileSystem(hadoop);
        if (!system.exists(file)
            || system.getFileStatus(file).getLen() != counts.get(worker) * recordBytes) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot read the packed shards at " + files.get(0) + ": " + e.getMessage(), e);
    }
  }
}
