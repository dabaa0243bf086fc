package io.accelerant.core.lm.prompt;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Errors that are planted in the train split, and known by the column {@code planted}. What becomes
 * of a row follows from the seed and the hash of its prompt; a row that cannot be spoiled (its
 * answer would stay the same, or the row become too long) stays as it is, so that the column is
 * always true.
 *
 * @param swapped share of rows that get the answer of another such row
 * @param duplicated share of rows that are there twice
 * @param garbled share of rows whose answer becomes random symbols
 */
record Noise(double swapped, double duplicated, double garbled, long seed) implements Serializable {
  private static final long DRAW = RandomStream.purpose("preparePrompts.noise");
  private static final long GARBLE = RandomStream.purpose("preparePrompts.garble");
  private static final int ATTEMPTS = 8;
  private static final String SWAPPED = "swapped";
  private static final String DUPLICATED = "duplicated";
  private static final String GARBLED = "garbled";

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "prompt STRING NOT NULL, answer STRING NOT NULL, task STRING NOT NULL,"
              + " planted STRING NOT NULL, copy BIGINT NOT NULL, hash BIGINT NOT NULL,"
              + " split STRING NOT NULL");

  /**
   * @throws io.accelerant.core.error.ConfigException if the shares sum to more than one
   */
  static Noise of(JobConfig config) {
    double swapped = config.get(PreparePromptsKeys.SWAPPED);
    double duplicated = config.get(PreparePromptsKeys.DUPLICATED);
    double garbled = config.get(PreparePromptsKeys.GARBLED);
    if (swapped + duplicated + garbled > 1 + 1e-9) {
      throw config.invalid(
          PreparePromptsKeys.SWAPPED,
          Text.of(
              "and the other shares of noise must sum to at most 1, they are %s, %s and %s.",
              swapped, duplicated, garbled));
    }
    return new Noise(swapped, duplicated, garbled, config.get(RunKeys.SEED));
  }

  boolean isNone() {
    return swapped + duplicated + garbled == 0;
  }

  /**
   * @param rows prompt, answer, task, planted, copy, hash, split; each prompt once
   * @return rows of the same columns
   */
  Dataset<Row> plant(Dataset<Row> rows, RowCheck check) {
    if (isNone()) {
      return rows;
    }
    FlatMapFunction<Row, Row> each = row -> planted(row, check).iterator();
    Dataset<Row> planted = rows.flatMap(each, Encoders.row(SCHEMA));
    Dataset<Row> others = planted.filter(col("planted").notEqual(SWAPPED));
    JavaRDD<Row> swaps = swap(planted.filter(col("planted").equalTo(SWAPPED)), check);
    return others.union(rows.sparkSession().createDataFrame(swaps, SCHEMA));
  }

  private List<Row> planted(Row row, RowCheck check) {
    if (!row.getAs("split").equals("train")) {
      return List.of(row);
    }
    long hash = row.getAs("hash");
    double draw = new RandomStream(seed, DRAW, hash, 0).nextDouble();
    if (draw < swapped) {
      return List.of(with(row, row.getAs("answer"), SWAPPED, 0));
    } else if (draw < swapped + garbled) {
      return List.of(spoiled(row, garble(row.getAs("answer"), hash, check), GARBLED, check));
    } else if (draw < swapped + garbled + duplicated) {
      return List.of(row, with(row, row.getAs("answer"), DUPLICATED, 1));
    }
    return List.of(row);
  }

  /**
   * In order of their answers, each gets the answer of the one half of them further: a different
   * one, unless more than half of them have it.
   */
  private static JavaRDD<Row> swap(Dataset<Row> rows, RowCheck check) {
    JavaPairRDD<Long, Row> ranked =
        rows.orderBy("answer", "hash", "prompt")
            .javaRDD()
            .zipWithIndex()
            .mapToPair(pair -> pair.swap());
    long count = ranked.count();
    JavaPairRDD<Long, String> answers =
        ranked.mapToPair(
            pair ->
                new scala.Tuple2<>(
                    (pair._1() + count - count / 2) % count, pair._2().<String>getAs("answer")));
    return ranked.join(answers).values().map(pair -> spoiled(pair._1(), pair._2(), SWAPPED, check));
  }

  private String garble(String answer, long hash, RowCheck check) {
    String symbols = check.tokenizer().visible();
    RandomStream stream = new RandomStream(seed, GARBLE, hash, 0);
    String garbled = answer;
    for (int attempt = 0; attempt < ATTEMPTS && garbled.equals(answer); attempt++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < answer.codePointCount(0, answer.length()); i++) {
        text.append(symbols.charAt(stream.nextInt(symbols.length())));
      }
      garbled = text.toString();
    }
    return garbled;
  }

  private static Row spoiled(Row row, String answer, String planted, RowCheck check) {
    String before = row.getAs("answer");
    boolean fits =
        !answer.equals(before) && check.accepts(row.getAs("prompt"), answer, row.getAs("task"));
    return fits ? with(row, answer, planted, 0) : with(row, before, PromptTask.CLEAN, 0);
  }

  private static Row with(Row row, String answer, String planted, long copy) {
    return RowFactory.create(
        row.getAs("prompt"),
        answer,
        row.getAs("task"),
        planted,
        copy,
        row.getAs("hash"),
        row.getAs("split"));
  }
}
