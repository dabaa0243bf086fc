package io.accelerant.core.lm;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.WordNetGlosses;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextScoringTest extends SparkTest {
  private static final Alphabet LETTERS = Alphabet.LETTERS27;
  private static final StructType TEXTS = StructType.fromDDL("id BIGINT, text STRING");
  private static final StructType TOKENS = StructType.fromDDL("id BIGINT, tokens ARRAY<INT>");

  private static final List<String> GLOSSES = new ArrayList<>();

  @BeforeAll
  static void readAdverbs() {
    for (Row row :
        WordNetGlosses.read(spark()).filter(col("id").startsWith("adv")).collectAsList()) {
      GLOSSES.add(LETTERS.normalise(row.getAs("text")));
    }
    GLOSSES.sort(null);
  }

  private static List<Row> rows(int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      rows.add(RowFactory.create((long) i, GLOSSES.get(i)));
    }
    return rows;
  }

  private static Dataset<Row> texts(List<Row> rows, int partitions) {
    return spark().createDataFrame(rows, TEXTS).repartition(partitions);
  }

  private static List<Row> shuffled(List<Row> rows) {
    List<Row> shuffled = new ArrayList<>();
    for (Row row : rows) {
      int[] tokens = LETTERS.encode(row.getString(1));
      RandomStream stream = new RandomStream(3, 4, row.getLong(0), 0);
      for (int i = tokens.length - 1; i > 0; i--) {
        int j = stream.nextInt(i + 1);
        int token = tokens[i];
        tokens[i] = tokens[j];
        tokens[j] = token;
      }
      shuffled.add(RowFactory.create(row.getLong(0), LETTERS.decode(tokens)));
    }
    return shuffled;
  }

  @Test
  void partitionsDoNotChangeTheModel() {
    NgramCounts local = new NgramCounts(5, 27);
    rows(0, 400).forEach(row -> local.add(LETTERS.encode(row.getString(1))));
    for (int partitions : new int[] {1, 2, 7}) {
      NgramModel model = TextScoring.fit(texts(rows(0, 400), partitions), LETTERS, 5, 1);
      assertThat(model.modelHash()).isEqualTo(local.model(1).modelHash());
    }
  }

  @Test
  void partitionsDoNotChangeAnyMetric() {
    NgramModel judge = TextScoring.fit(texts(rows(0, 400), 2), LETTERS, 3, 1);
    List<TextMetrics> metrics = new ArrayList<>();
    for (int partitions : new int[] {1, 2, 7}) {
      metrics.add(
          TextScoring.score(texts(rows(400, 700), partitions), LETTERS, judge)
              .metrics(judge.bigramLaw()));
    }
    assertThat(metrics).containsOnly(metrics.get(0));
    assertThat(metrics.get(0).samples()).isEqualTo(300);
  }

  @Test
  void tokensAndTextScoreAlike() {
    NgramModel judge = TextScoring.fit(texts(rows(0, 100), 2), LETTERS, 3, 1);
    List<Row> tokens = new ArrayList<>();
    for (Row row : rows(100, 150)) {
      tokens.add(RowFactory.create(row.getLong(0), LETTERS.encode(row.getString(1))));
    }
    TextScoring.Scored byTokens =
        TextScoring.score(spark().createDataFrame(tokens, TOKENS), LETTERS, judge);
    TextScoring.Scored byText = TextScoring.score(texts(rows(100, 150), 3), LETTERS, judge);
    assertThat(byTokens.nll()).isEqualTo(byText.nll());
    assertThat(byTokens.ids()).isEqualTo(byText.ids());
  }

  @Test
  void theJudgePrefersUnseenTextToItsLettersInAnotherOrder() {
    List<Row> heldOut = rows(3000, 3600);
    NgramModel judge = TextScoring.fit(texts(rows(0, 3000), 2), LETTERS, 5, 1);
    TextMetrics real =
        TextScoring.score(texts(heldOut, 2), LETTERS, judge).metrics(judge.bigramLaw());
    TextMetrics mixed =
        TextScoring.score(texts(shuffled(heldOut), 2), LETTERS, judge).metrics(judge.bigramLaw());
    assertThat(mixed.judgeNll()).isGreaterThan(real.judgeNll() + 1);
    assertThat(mixed.entropy()).isEqualTo(real.entropy());
    assertThat(mixed.bigramTv()).isGreaterThan(real.bigramTv() + 0.1);
  }
}
