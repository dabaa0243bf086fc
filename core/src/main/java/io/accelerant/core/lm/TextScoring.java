package io.accelerant.core.lm;

import io.accelerant.core.data.Alphabet;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import scala.Tuple2;

/**
 * Judges on a cluster. Mapped: the n-grams of a partition, or the score of each sample. Reduced:
 * integer counts. Broadcast: the judge. Tables have a column {@code tokens} (array of integers) or
 * else {@code text} (symbol text).
 */
public final class TextScoring {
  private TextScoring() {}

  /**
   * The n-gram model of a table's rows.
   *
   * @param order n
   * @param lambda see {@link NgramModel}
   * @throws DataException if there are no rows
   */
  public static NgramModel fit(Dataset<Row> table, Alphabet alphabet, int order, double lambda) {
    Dataset<Row> sequences = sequences(table);
    MapPartitionsFunction<Row, Tuple2<Long, Long>> local =
        rows -> {
          NgramCounts counts = new NgramCounts(order, alphabet.size());
          rows.forEachRemaining(row -> counts.add(tokens(row, 0, alphabet)));
          return pairs(counts.packed());
        };
    List<long[]> parts =
        sequences
            .mapPartitions(local, Encoders.tuple(Encoders.LONG(), Encoders.LONG()))
            .toDF("gram", "count")
            .groupBy("gram")
            .agg(functions.sum("count"))
            .javaRDD()
            .mapPartitions(packed())
            .collect();
    if (parts.stream().allMatch(part -> part.length == 0)) {
      throw new DataException(
          Text.of(
              "There is no text to count %d-grams in; prepare a larger corpus or another"
                  + " prepareText.split.",
              order));
    }
    NgramCounts whole = new NgramCounts(order, alphabet.size());
    parts.forEach(whole::addPacked);
    return whole.model(lambda);
  }

  private static Iterator<Tuple2<Long, Long>> pairs(long[] packed) {
    return IntStream.range(0, packed.length / 2)
        .mapToObj(i -> new Tuple2<>(packed[2 * i], packed[2 * i + 1]))
        .iterator();
  }

  /** A partition's rows (gram, count) as one array: rows are an order of magnitude larger. */
  private static FlatMapFunction<Iterator<Row>, long[]> packed() {
    return rows -> {
      LongCounts counts = new LongCounts();
      rows.forEachRemaining(row -> counts.add(row.getLong(0), row.getLong(1)));
      return List.of(counts.packed()).iterator();
    };
  }

  /**
   * Samples as a judge sees them.
   *
   * @param ids in rising order
   * @param nll negative log probability of each sample, nats per symbol
   */
  public record Scored(long[] ids, double[] nll, SampleCounts counts) {
    public TextMetrics metrics(double[] referenceBigrams) {
      return TextMetrics.of(counts, nll, referenceBigrams);
    }
  }

  /**
   * Scores and counts the rows of a table in one pass.
   *
   * @param table also has a column {@code id} of 64-bit integers
   */
  public static Scored score(Dataset<Row> table, Alphabet alphabet, NgramModel judge) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(table.sparkSession().sparkContext());
    Broadcast<NgramModel> shared = context.broadcast(judge);
    try {
      FlatMapFunction<Iterator<Row>, byte[]> score =
          rows -> List.of(JavaBytes.of(Part.of(rows, alphabet, shared.value()))).iterator();
      List<byte[]> parts = sequences(table).javaRDD().mapPartitions(score).collect();
      return merge(parts.stream().map(JavaBytes::<Part>value).toList(), alphabet);
    } finally {
      shared.destroy();
    }
  }

  /** What a partition found. */
  private record Part(long[] ids, double[] nll, SampleCounts counts) implements Serializable {
    static Part of(Iterator<Row> rows, Alphabet alphabet, NgramModel judge) {
      SampleCounts counts = new SampleCounts(alphabet.size());
      LongStream.Builder ids = LongStream.builder();
      DoubleStream.Builder nll = DoubleStream.builder();
      while (rows.hasNext()) {
        Row row = rows.next();
        int[] tokens = tokens(row, 0, alphabet);
        counts.add(tokens);
        ids.add(row.getLong(1));
        nll.add(judge.nll(tokens));
      }
      return new Part(ids.build().toArray(), nll.build().toArray(), counts);
    }
  }

  private static Scored merge(List<Part> parts, Alphabet alphabet) {
    record Score(long id, double nll) {}
    SampleCounts counts = new SampleCounts(alphabet.size());
    List<Score> scores = new ArrayList<>();
    for (Part part : parts) {
      for (int i = 0; i < part.ids().length; i++) {
        scores.add(new Score(part.ids()[i], part.nll()[i]));
      }
      counts.merge(part.counts());
    }
    scores.sort(Comparator.comparingLong(Score::id).thenComparingDouble(Score::nll));
    return new Scored(
        scores.stream().mapToLong(Score::id).toArray(),
        scores.stream().mapToDouble(Score::nll).toArray(),
        counts);
  }

  /** The sequence in column 0 and, where there is one, the id in column 1. */
  private static Dataset<Row> sequences(Dataset<Row> table) {
    List<String> columns = List.of(table.columns());
    String sequence = columns.contains("tokens") ? "tokens" : "text";
    return columns.contains("id")
        ? table.select(functions.col(sequence), functions.col("id").cast("bigint"))
        : table.select(sequence);
  }

  private static int[] tokens(Row row, int column, Alphabet alphabet) {
    return row.get(column) instanceof String text
        ? alphabet.encode(text)
        : row.<Number>getList(column).stream().mapToInt(Number::intValue).toArray();
  }
}
