package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.SentenceEncoder;
import io.accelerant.core.lm.tokenizer.SentenceTokenizer;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.onnx.OnnxHandle;
import io.accelerant.core.onnx.OnnxSettings;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Tasks of rows by what their prompts mean: {@link SphericalMeans} over the vectors of a sentence
 * encoder. Centres are found on the driver from {@link #SAMPLE} rows at most, the first by a keyed
 * hash; every row then has the nearest. What comes out does not depend on partitions.
 *
 * @param model an ONNX file
 * @param tokenizer its {@code tokenizer.json}
 */
record MeaningTasks(OnnxFile model, InputFile tokenizer, int clusters, long seed) {
  /** Rows from which centres are found. */
  static final int SAMPLE = 16_384;

  private static final int LARGEST_MODEL = Integer.MAX_VALUE - 64;
  private static final StructType VECTORS =
      StructType.fromDDL("id BIGINT NOT NULL, vector BINARY NOT NULL");

  /**
   * @throws io.accelerant.core.error.DataException if a file is not there, or not what it must be
   */
  static MeaningTasks open(OfflineSettings.Meaning meaning, long seed, Configuration hadoop) {
    InputFile model = InputFile.readPacked(meaning.model(), hadoop, LARGEST_MODEL);
    InputFile tokenizer =
        InputFile.readPacked(meaning.tokenizer(), hadoop, SentenceTokenizer.LARGEST_FILE);
    SentenceTokenizer.of(tokenizer);
    return new MeaningTasks(
        OnnxFile.of(model.uri(), model.content()), tokenizer, meaning.clusters(), seed);
  }

  /** As inputs of a job. */
  List<Manifest.Parent> parents() {
    return List.of(
        new Manifest.Parent("embedding", model.uri(), model.sha256()),
        new Manifest.Parent("tokenizer", tokenizer.uri(), tokenizer.sha256()));
  }

  private record Part(long[] ids, int[] tasks) implements Serializable {}

  /**
   * @param table rows of a prompts table
   * @return task of each row of the index, numbered as they first come
   */
  int[] of(JobContext context, Dataset<Row> table, PoolIndex index) {
    OnnxHandle handle = model.broadcast(context, OnnxSettings.cpu());
    try (Shared<SentenceTokenizer> words = Shared.of(context, SentenceTokenizer.of(tokenizer))) {
      MapPartitionsFunction<Row, Row> encode =
          rows -> {
            List<Row> vectors = new ArrayList<>();
            try (SentenceEncoder encoder = new SentenceEncoder(handle.open(), words.copy())) {
              rows.forEachRemaining(
                  row ->
                      vectors.add(
                          RowFactory.create(
                              row.getLong(0), bytes(encoder.encode(row.getString(1))))));
            }
            return vectors.iterator();
          };
      Dataset<Row> vectors =
          table
              .select(col("id").cast("bigint"), col("prompt"))
              .repartition(4 * context.spark().sparkContext().defaultParallelism(), col("id"))
              .mapPartitions(encode, Encoders.row(VECTORS))
              .persist(StorageLevel.MEMORY_AND_DISK());
      try {
        return numbered(
            nearest(vectors, SphericalMeans.of(sample(vectors), clusters, seed), index));
      } finally {
        vectors.unpersist();
      }
    }
  }

  private float[][] sample(Dataset<Row> vectors) {
    return vectors
        .orderBy(xxhash64(col("id"), lit(seed)), col("id"))
        .limit(SAMPLE)
        .collectAsList()
        .stream()
        .sorted(Comparator.comparingLong(row -> row.getLong(0)))
        .map(row -> floats(row.getAs(1)))
        .toArray(float[][]::new);
  }

  private static int[] nearest(Dataset<Row> vectors, SphericalMeans means, PoolIndex index) {
    FlatMapFunction<Iterator<Row>, byte[]> assign =
        rows -> {
          List<long[]> found = new ArrayList<>();
          rows.forEachRemaining(
              row -> found.add(new long[] {row.getLong(0), means.nearest(floats(row.getAs(1)))}));
          return List.of(
                  JavaBytes.of(
                      new Part(
                          found.stream().mapToLong(f -> f[0]).toArray(),
                          found.stream().mapToInt(f -> (int) f[1]).toArray())))
              .iterator();
        };
    int[] tasks = new int[index.count()];
    for (byte[] bytes : vectors.javaRDD().mapPartitions(assign).collect()) {
      Part part = JavaBytes.value(bytes);
      for (int i = 0; i < part.ids().length; i++) {
        tasks[index.row(part.ids()[i])] = part.tasks()[i];
      }
    }
    return tasks;
  }

  private static int[] numbered(int[] tasks) {
    Map<Integer, Integer> numbers = new HashMap<>();
    int[] own = new int[tasks.length];
    for (int i = 0; i < own.length; i++) {
      Integer known = numbers.putIfAbsent(tasks[i], numbers.size());
      own[i] = known == null ? numbers.size() - 1 : known;
    }
    return own;
  }

  private static byte[] bytes(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  private static float[] floats(byte[] bytes) {
    float[] vector = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
    return vector;
  }
}
