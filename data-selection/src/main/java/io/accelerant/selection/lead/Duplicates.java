package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.array_intersect;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.size;

import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.lm.prompt.Prompts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Rows of a pool that repeat others. What is repeated is the row of the smallest id, and is itself
 * no copy.
 *
 * @param table rows of a prompts table
 */
record Duplicates(Dataset<Row> table, PoolIndex index) {
  private static final StructType SHINGLES =
      StructType.fromDDL(
          "id BIGINT NOT NULL, shingles ARRAY<BIGINT> NOT NULL, bands ARRAY<BIGINT> NOT NULL");

  /**
   * @return number of the row that each repeats, or -1
   */
  int[] find(Guard.Duplicates which) {
    int[] copyOf = new int[index.count()];
    Arrays.fill(copyOf, -1);
    if (which != Guard.Duplicates.KEEP) {
      for (long[] pair : pairs(exact())) {
        copyOf[index.row(pair[1])] = index.row(pair[0]);
      }
    }
    if (which == Guard.Duplicates.NEAR) {
      near(copyOf);
    }
    return copyOf;
  }

  /** Rows of the same tokens, prompt and answer cut at the same place, with the first of them. */
  private Dataset<Row> firsts() {
    return table.withColumn("first", min("id").over(Window.partitionBy("ids", "given")));
  }

  private Dataset<Row> exact() {
    return firsts().filter("first < id").select("first", "id");
  }

  /**
   * Rows whose runs of three tokens have a Jaccard index of at least {@link MinHash#SIMILAR}, which
   * is checked of every pair that shares a band. In order of id, a row repeats the first such row
   * that repeats none.
   */
  private void near(int[] copyOf) {
    Dataset<Row> hashed = hashed().persist(StorageLevel.MEMORY_AND_DISK()); // read four times
    List<long[]> similar = pairs(similar(hashed));
    hashed.unpersist();
    similar.sort((a, b) -> a[1] != b[1] ? Long.compare(a[1], b[1]) : Long.compare(a[0], b[0]));
    for (long[] pair : similar) {
      int first = index.row(pair[0]);
      int row = index.row(pair[1]);
      if (copyOf[row] < 0 && copyOf[first] < 0) {
        copyOf[row] = first;
      }
    }
    for (int row = 0; row < copyOf.length; row++) {
      int first = copyOf[row];
      if (first >= 0 && copyOf[first] >= 0) { // an exact copy of what is a near one
        copyOf[row] = copyOf[first];
      }
    }
  }

  private Dataset<Row> hashed() {
    MapFunction<Row, Row> hash =
        row -> {
          long[] shingles = MinHash.shingles(Prompts.of(row).ids());
          return RowFactory.create(
              row.<Number>getAs("id").longValue(), shingles, MinHash.bands(shingles));
        };
    return firsts().filter("first = id").drop("first").map(hash, Encoders.row(SHINGLES));
  }

  private static Dataset<Row> similar(Dataset<Row> hashed) {
    Dataset<Row> bands = hashed.select(col("id"), posexplode(col("bands")).as(band()));
    Dataset<Row> candidates =
        bands
            .withColumnRenamed("id", "first")
            .join(bands.withColumnRenamed("id", "row"), band())
            .filter("first < row")
            .select("first", "row")
            .distinct();
    Dataset<Row> sets = hashed.select("id", "shingles");
    Dataset<Row> both =
        candidates
            .join(sets.toDF("first", "a"), "first")
            .join(sets.toDF("row", "b"), "row")
            .withColumn("shared", size(array_intersect(col("a"), col("b"))))
            .withColumn("all", size(col("a")).plus(size(col("b"))).minus(col("shared")));
    return both.filter(col("shared").divide(col("all")).geq(MinHash.SIMILAR))
        .select("first", "row");
  }

  private static String[] band() {
    return new String[] {"band", "hash"};
  }

  /** Pairs of ids as arrays: rows of the driver are an order of magnitude larger. */
  private static List<long[]> pairs(Dataset<Row> pairs) {
    FlatMapFunction<Iterator<Row>, byte[]> pack =
        rows -> {
          LongStream.Builder ids = LongStream.builder();
          rows.forEachRemaining(row -> ids.add(row.getLong(0)).add(row.getLong(1)));
          return List.of(JavaBytes.of(ids.build().toArray())).iterator();
        };
    List<long[]> all = new ArrayList<>();
    for (byte[] bytes : pairs.javaRDD().mapPartitions(pack).collect()) {
      long[] ids = JavaBytes.value(bytes);
      for (int i = 0; i < ids.length; i += 2) {
        all.add(new long[] {ids[i], ids[i + 1]});
      }
    }
    return all;
  }
}
