package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A published corpus: windows of one length over one alphabet, split by document. Made by {@link
 * PrepareTextJob}.
 */
public final class Corpus {
  /** Kind of the artifact. */
  public static final String KIND = "corpus";

  /** Name of the table. */
  public static final String TABLE = "corpus";

  static final String CONFIG = "config.json";

  /**
   * Two disjoint halves of the documents, by a bit of the document's hash that is independent of
   * its split: whoever judges must not have read what the teacher read.
   */
  public enum Half {
    TEACHER,
    JUDGE
  }

  private final Artifact artifact;
  private final Alphabet alphabet;
  private final int length;
  private final Dataset<Row> table;

  private Corpus(Artifact artifact, Alphabet alphabet, int length, Dataset<Row> table) {
    this.artifact = artifact;
    this.alphabet = alphabet;
    this.length = length;
    this.table = table;
  }

  /**
   * Opens a corpus and verifies its files.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is no artifact, it is no corpus, or it has changed
   */
  public static Corpus open(SparkSession spark, Configuration hadoop, String uri, String what) {
    Artifact artifact = Artifact.open(uri, hadoop).requireKind(KIND, what);
    JsonReader config =
        JsonReader.of(
            artifact.readJson(CONFIG), artifact.uri() + "/" + CONFIG, ArtifactException::new);
    try {
      return new Corpus(
          artifact,
          Alphabet.read(config),
          config.whole("length"),
          ArtifactTables.read(spark, artifact, TABLE));
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(
          Text.of("%s/%s lacks a valid alphabet: %s.", artifact.uri(), CONFIG, e.getMessage()), e);
    }
  }

  public String uri() {
    return artifact.uri();
  }

  public String contentHash() {
    return artifact.contentHash();
  }

  public Alphabet alphabet() {
    return alphabet;
  }

  /** Symbols of a window. */
  public int length() {
    return length;
  }

  /** {@code id} (0, 1, ..), {@code text} (symbol text), {@code split}, {@code document} (hash). */
  public Dataset<Row> table() {
    return table;
  }

  /**
   * The windows of a split.
   *
   * @param split {@code train}, {@code validation} or {@code test}
   */
  public Dataset<Row> split(String split) {
    if (!HashSplit.NAMES.contains(split)) {
      throw new IllegalArgumentException("no split is called " + split);
    }
    return table.filter(col("split").equalTo(split));
  }

  /** The windows of the train split whose documents are in a half. */
  public Dataset<Row> train(Half half) {
    return split("train").filter(halfOf(col("document")).equalTo(half.ordinal()));
  }

  private static Column halfOf(Column document) {
    return shiftrightunsigned(xxhash64(lit("half"), document), 63);
  }
}
