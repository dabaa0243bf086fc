package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CorpusTableTest extends SparkTest {
  private static final HashSplit SPLIT = new HashSplit(List.of(0.8, 0.1, 0.1));

  private static Dataset<Row> texts(List<String> texts, int partitions) {
    return spark().createDataset(texts, Encoders.STRING()).toDF("text").repartition(partitions);
  }

  private static CorpusTable corpus(int length, String... texts) {
    return CorpusTable.of(
        texts(Arrays.asList(texts), 2), Alphabet.LETTERS27, length, SPLIT, "a test");
  }

  /** Random words of 1 to 8 letters; every tenth document is there twice. */
  private static List<String> randomDocuments(int count) {
    List<String> documents = new ArrayList<>();
    for (int d = 0; d < count; d++) {
      RandomStream stream = new RandomStream(1, 2, d % 10 == 9 ? d - 1 : d, 0);
      StringBuilder text = new StringBuilder();
      for (int w = stream.nextInt(30); w >= 0; w--) {
        for (int c = stream.nextInt(8); c >= 0; c--) {
          text.append((char) ('a' + stream.nextInt(26)));
        }
        text.append(' ');
      }
      documents.add(text.toString());
    }
    return documents;
  }

  @Test
  void theTableDependsOnNeitherOrderNorPartitions() {
    List<String> documents = randomDocuments(300);
    List<String> fingerprints = new ArrayList<>();
    for (int partitions : new int[] {1, 2, 7}) {
      Collections.shuffle(documents, new Random(partitions));
      try (CorpusTable corpus =
          CorpusTable.of(texts(documents, partitions), Alphabet.LETTERS27, 16, SPLIT, "a test")) {
        fingerprints.add(TableFingerprint.of(corpus.table()));
      }
    }
    assertThat(fingerprints).containsOnly(fingerprints.get(0));
  }

  @Test
  void aDocumentIsCutIntoWholeWindowsInOrder() {
    try (CorpusTable corpus = corpus(4, "abcdefghij", "Klmn!")) {
      Map<Long, List<String>> byDocument = new HashMap<>();
      for (Row row : corpus.table().orderBy("id").collectAsList()) {
        byDocument
            .computeIfAbsent(row.getAs("document"), d -> new ArrayList<>())
            .add(row.getAs("text"));
      }
      assertThat(byDocument.values())
          .containsExactlyInAnyOrder(List.of("abcd", "efgh"), List.of("klmn"));
      assertThat(corpus.counts()).isEqualTo(new CorpusTable.Counts(2, 0, 0, 0, 2, 10, 14, 3));
    }
  }

  @Test
  void everyDocumentIsAccountedFor() {
    try (CorpusTable corpus =
        corpus(4, "abcdef", "ABC-def", "abc def", "xy", "xy", null, "", "..")) {
      CorpusTable.Counts counts = corpus.counts();
      assertThat(counts).isEqualTo(new CorpusTable.Counts(8, 1, 3, 2, 2, 7, 15, 2));
      assertThat(counts.missing() + counts.duplicates() + counts.tooShort() + counts.used())
          .isEqualTo(counts.read());
    }
  }

  @Test
  void idsAreDenseAndADocumentIsInOneSplitAndOneHalf() {
    try (CorpusTable corpus =
        CorpusTable.of(texts(randomDocuments(600), 3), Alphabet.LETTERS27, 16, SPLIT, "a test")) {
      List<Row> rows = corpus.table().collectAsList();
      assertThat(rows.stream().mapToLong(row -> row.getAs("id")))
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, rows.size()).boxed().toList());
      Map<Long, String> splits = new HashMap<>();
      for (Row row : rows) {
        String other = splits.putIfAbsent(row.getAs("document"), row.getAs("split"));
        assertThat(other == null || other.equals(row.getAs("split"))).isTrue();
      }
      long train = splits.values().stream().filter("train"::equals).count();
      assertThat(train / (double) splits.size()).isBetween(0.75, 0.85);
      assertThat(splits.values()).contains("validation", "test");
    }
  }

  @Test
  void aShareOfZeroGetsNothing() {
    try (CorpusTable corpus =
        CorpusTable.of(
            texts(randomDocuments(100), 2),
            Alphabet.LETTERS27,
            8,
            new HashSplit(List.of(0.5, 0.5, 0.0)),
            "a test")) {
      assertThat(corpus.table().select("split").distinct().as(Encoders.STRING()).collectAsList())
          .containsExactlyInAnyOrder("train", "validation");
    }
  }

  @Test
  void bytesAreKeptAsTheyAre() {
    String text = "Zoë\u0000\r\n€𝄞";
    try (CorpusTable corpus =
        CorpusTable.of(texts(List.of(text), 1), Alphabet.BYTES, 7, SPLIT, "a test")) {
      List<String> windows =
          corpus.table().orderBy("id").select("text").as(Encoders.STRING()).collectAsList();
      assertThat(String.join("", windows)).isEqualTo(Alphabet.BYTES.normalise(text)).hasSize(14);
    }
  }

  @Test
  void saysWhyNothingIsLeft() {
    assertThatThrownBy(() -> corpus(8, "abc", "abcdefg", null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No document of a test is as long as one window of 8 symbols")
        .hasMessageContaining("of 3 documents the longest has 7");
  }
}
